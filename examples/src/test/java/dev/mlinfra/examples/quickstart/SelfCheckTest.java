package dev.mlinfra.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelfCheckTest {
  private final SelfCheck check = new SelfCheck();

  @Test
  void saysNothingWhenAllIsAsItMustBe() {
    check.expect("decisions", 20_000, 20_000).expectAtLeast("rows", 10, 12);
    check.expectAllStored("events", 5, ledger(5, 5, 0, Map.of()));

    assertThat(printed()).contains("3 comparisons with what the servers say, none differs");
  }

  @Test
  void namesWhatDiffers() {
    check.expect("feedback", 80, 79).expectAtLeast("rows", 10, 9);

    assertThatThrownBy(this::printed)
        .isInstanceOf(QuickStartException.class)
        .hasMessage(
            "feedback: expected 80 but the servers say 79; rows: expected 10 but the servers say 9");
  }

  @Test
  void isNotContentWithWhatIsStillBuffered() {
    check.expectAllStored("events", 5, ledger(5, 4, 1, Map.of()));

    assertThat(check.differences())
        .singleElement()
        .asString()
        .startsWith("events: expected 5 stored but the ledger says offered 5 = stored 4");
  }

  @Test
  void letsAnOfferBeDroppedAndRepeated() {
    check.expectAllStored("events", 5, ledger(6, 5, 0, Map.of(DropReason.FULL, 1L)));

    assertThat(check.differences()).isEmpty();
  }

  private String printed() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    check.print(new Report(new PrintStream(out, true, StandardCharsets.UTF_8)));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Ledger ledger(
      long offered, long stored, long buffered, Map<DropReason, Long> dropped) {
    return new Ledger(offered, stored, buffered, 0, 0, 0, dropped, Map.of(), 0);
  }
}

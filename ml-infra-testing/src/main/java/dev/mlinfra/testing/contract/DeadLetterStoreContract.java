package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every {@link DeadLetterStore} promises.
 *
 * @since 0.1
 */
public abstract class DeadLetterStoreContract extends Contract {
  private final String origin = unique("origin");

  /** For who extends it. */
  protected DeadLetterStoreContract() {}

  @Test
  void keepsWhatALetterSays() {
    DeadLetter letter = new DeadLetter(origin, "1", "{\"a\":1}", "refused; correct it", 5);
    store().park(letter);

    assertThat(store().list(origin, 9)).containsExactly(letter);
  }

  @Test
  void listsThoseOfAnOriginNewestFirst() {
    park("1", "cause");
    park("2", "cause");
    store().park(new DeadLetter(unique("other"), "3", "x", "cause", 1));

    assertThat(store().list(origin, 9)).extracting(DeadLetter::subjectId).containsExactly("2", "1");
    assertThat(store().list(origin, 1)).extracting(DeadLetter::subjectId).containsExactly("2");
  }

  @Test
  void keepsALetterOnceForEachSubject() {
    park("1", "first cause");
    park("1", "second cause");

    assertThat(store().list(origin, 9)).hasSize(1);
  }

  @Test
  void keepsTextThatItCannotHoldEscaped() {
    park("1", "a\0b\ud800");

    assertThat(store().list(origin, 9))
        .singleElement()
        .satisfies(letter -> assertThat(letter.cause()).startsWith("a").contains("b"));
  }

  @Test
  void takesALetterAboutSomebody() {
    store().park(new DeadLetter(origin, "1", "x", "cause", 1, Optional.of(unique("ann"))));

    assertThat(store().list(origin, 9)).hasSize(1);
  }

  @Test
  void knowsNothingOfAnUnknownOrigin() {
    assertThat(store().list(unique("nobody"), 9)).isEqualTo(List.of());
  }

  private DeadLetterStore store() {
    return part(DeadLetterStore.class);
  }

  private void park(String subject, String cause) {
    store().park(new DeadLetter(origin, subject, "x", cause, 1));
  }
}

package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link DecisionSink} promises, with a {@link DecisionReader} beside it and rows that a
 * spool may keep.
 *
 * @since 0.1
 */
public abstract class DecisionSinkContract extends DecisionContract {
  /** For who extends it. */
  protected DecisionSinkContract() {}

  @Test
  void storesADecisionOnceHoweverOftenItComes() {
    RowBatch<Decision> rows =
        rows(decision(1, "a").build(), decision(2, "b").build(), decision(3, "c").build());

    assertThat(write(true, rows.subList(0, 2))).isEqualTo(new Written(2, 0));
    assertThat(write(false, rows)).isEqualTo(new Written(1, 2));
    assertThat(stored()).containsExactly("a", "b", "c");
  }

  @Test
  void keepsAShadowBesideTheDecisionWhoseIdItHas() {
    Decision live = decision(1, "live").build();
    Decision shadow = decision(2, "shadow").id(live.id()).mode(DecisionMode.SHADOW).build();

    assertThat(log(live, shadow)).isEqualTo(new Written(2, 0));
    assertThat(stored()).containsExactly("live", "shadow");
  }

  @Test
  void storesFeedbackOnceByItsId() {
    Decision decision = decision(1, "a").build();
    log(decision);
    Feedback feedback = Feedback.of(decision.id(), 1).observedAt(minute().plusSeconds(9));

    assertThat(reward(feedback)).isEqualTo(new Written(1, 0));
    assertThat(part(DecisionSink.class).feedback().write(rows(feedback), false))
        .isEqualTo(new Written(0, 1));
    assertThat(read(query()).get(0).feedbackCount()).isEqualTo(1);
  }

  @Test
  void takesFeedbackBeforeItsDecision() {
    Decision decision = decision(1, "a").build();

    assertThat(reward(Feedback.of(decision.id(), 1).observedAt(minute().plusSeconds(9))))
        .isEqualTo(new Written(1, 0));
    log(decision);
    assertThat(read(query()).get(0).feedbackCount()).isEqualTo(1);
  }

  @Test
  void keepsTheFirstActivationOfADecision() {
    Decision decision = decision(1, "a").deferred(true).build();
    Instant first = minute().plusSeconds(5);
    log(decision);

    assertThat(activate(Activation.of(decision.id()).activatedAt(first)))
        .isEqualTo(new Written(1, 0));
    assertThat(activate(Activation.of(decision.id()).activatedAt(first.plusSeconds(5))))
        .isEqualTo(new Written(0, 1));
    assertThat(stored()).containsExactly("a");
  }

  @Test
  void storesEncodedRowsOnceAndInAnyParts() {
    RowBatch<Decision> batch =
        rows(decision(1, "a").build(), decision(2, "b").build(), decision(3, "c").build());
    EncodedRows rows = encodable().encode(batch);
    assertThat(rows.count()).isEqualTo(3);

    assertThat(encodable().store(rows.slice(1, 3), true)).isEqualTo(new Written(2, 0));
    List<EncodedRows> parts = new ArrayList<>(List.of(rows.slice(0, 1), rows.slice(1, 3)));
    assertThat(encodable().store(EncodedRows.concat(parts), false)).isEqualTo(new Written(1, 2));
    assertThat(write(false, batch)).as("on the other way").isEqualTo(new Written(0, 3));
    assertThat(stored()).containsExactly("a", "b", "c");
  }

  @Test
  void describesAnEncodedRowThatCannotBeStored() {
    Decision decision = decision(1, "a").build();

    DeadLetter letter = encodable().letter(encodable().encode(rows(decision)), "refused");
    assertThat(letter.origin()).isEqualTo("decision");
    assertThat(letter.subjectId()).isEqualTo(decision.id().toString());
    assertThat(letter.cause()).contains("refused");
  }

  private RowStore<Decision> encodable() {
    RowStore<Decision> rows = part(DecisionSink.class).decisions().rows().orElseThrow();
    assertThat(rows.reads(rows.version())).isTrue();
    return rows;
  }
}

package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.privacy.ErasureReceipt;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.ErasureStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ErasureStore} promises of what the {@link DecisionSink} beside it stores.
 *
 * @since 0.1
 */
public abstract class ErasureStoreContract extends DecisionContract {
  private final String ann = unique("ann");

  /** For who extends it. */
  protected ErasureStoreContract() {}

  @Test
  void deletesWhatIsAboutTheSubjectAndNothingElse() {
    Decision gone = about(1, "gone").build();
    Decision kept = decision(2, "kept").subject(unique("bob")).build();
    log(gone, kept, decision(3, "nobody").build());
    reward(given(gone), given(kept));

    ErasureReceipt receipt = forget(now());
    assertThat(stored()).containsExactly("kept", "nobody");
    assertThat(read(query()).get(0).feedbackCount()).isEqualTo(1);
    assertThat(receipt.decisions()).isEqualTo(1);
    assertThat(receipt.feedback()).isEqualTo(1);
  }

  @Test
  void keepsOutWhatComesLaterAboutTheTimeBefore() {
    forget(now());

    log(about(1, "late").build(), decision(2, "other").build());
    log(about(3, "new").decidedAt(now().plusSeconds(60)).build());
    assertThat(read(DecisionQuery.between(minute(), now().plusSeconds(120)).agent(agent)))
        .extracting(outcome -> outcome.decision().action())
        .containsExactly("other", "new");
  }

  @Test
  void keepsOutFeedbackForWhatItDeleted() {
    Decision gone = about(1, "gone").build();
    log(gone);
    forget(now());

    reward(given(gone));
    log(gone);
    assertThat(stored()).isEmpty();
  }

  @Test
  void handsOverAllThatWasEverForgotten() {
    Decision first = about(1, "first").build();
    log(first);
    forget(minute().plusSeconds(10));
    Decision second = about(20, "second").build();
    log(second);

    ErasureStore.Request request = part(ErasureStore.class).begin(ann, now());
    request.delete();
    List<UUID> ids = new ArrayList<>();
    request.decisions(ids::addAll);
    assertThat(ids).containsExactlyInAnyOrder(first.id(), second.id());
  }

  @Test
  void writesAReceiptThatDoesNotNameTheSubject() {
    ErasureReceipt receipt = forget(now());

    assertThat(receipt.toString()).doesNotContain(ann);
    assertThat(receipt.decisions()).isZero();
  }

  private ErasureReceipt forget(Instant until) {
    ErasureStore.Request request = part(ErasureStore.class).begin(ann, until);
    request.delete();
    return request.end(0, 0);
  }

  private DecisionBuilder about(int second, String action) {
    return decision(second, action).subject(ann);
  }

  private Feedback given(Decision decision) {
    return Feedback.of(decision.id(), 1).observedAt(minute().plusSeconds(9));
  }
}

package dev.mlinfra.internal.decision;

import dev.mlinfra.decision.DecisionMask;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.internal.buffer.Masking;
import dev.mlinfra.internal.buffer.RowKind;
import dev.mlinfra.spi.DeadLetter;
import java.util.Optional;
import java.util.UUID;

/** Feedback in buffers and spools. None is dropped by load that a decision which was kept got. */
final class FeedbackRows extends RowKind<Feedback> {
  private static final int OBJECT_BYTES = 160;

  FeedbackRows(Optional<DecisionMask> mask) {
    super("feedback", mask.map(FeedbackRows::masking).orElse(null));
  }

  @Override
  protected UUID fateId(Feedback value) {
    return value.decisionId();
  }

  @Override
  protected int sizeBytes(Feedback value) {
    return OBJECT_BYTES
        + value.kind().length()
        + value.label().orElse("").length()
        + value.key().orElse("").length();
  }

  @Override
  protected Optional<String> fault(Feedback value) {
    return value.fault();
  }

  @Override
  protected DeadLetter letter(Feedback value, String cause) {
    return new DeadLetter(name(), value.id().toString(), value.toString(), cause, 1);
  }

  private static Masking<Feedback> masking(DecisionMask mask) {
    return new Masking<>(
        "feedback.mask",
        mask::mask,
        (before, after) -> before.decisionId().equals(after.decisionId()));
  }
}

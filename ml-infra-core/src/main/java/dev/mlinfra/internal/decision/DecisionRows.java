package dev.mlinfra.internal.decision;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMask;
import dev.mlinfra.internal.buffer.Masking;
import dev.mlinfra.internal.buffer.RowKind;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.RowBatch;
import java.util.Optional;
import java.util.UUID;

/** Decisions in buffers and spools. */
final class DecisionRows extends RowKind<Decision> {
  private final RecentCache recent;

  DecisionRows(Optional<DecisionMask> mask, RecentCache recent) {
    super("decision", mask.map(DecisionRows::masking).orElse(null));
    this.recent = recent;
  }

  @Override
  protected UUID fateId(Decision value) {
    return value.id();
  }

  @Override
  protected int sizeBytes(Decision value) {
    return value.sizeBytes();
  }

  @Override
  protected Optional<String> fault(Decision value) {
    return value.fault();
  }

  @Override
  protected DeadLetter letter(Decision value, String cause) {
    String payload =
        "agent=%s action=%s propensity=%s decidedAt=%s context=%s"
            .formatted(
                value.agent(),
                value.action(),
                value.propensity(),
                value.decidedAt(),
                value.context());
    String id = DeadLetter.idOf(value.id(), value.mode(), value.decidedAt());
    return new DeadLetter(name(), id, payload, cause, 1, value.subject());
  }

  @Override
  protected boolean sampledByLoad() {
    return true;
  }

  /** Quick feedback does not wait for a store that is away. */
  @Override
  public void leaving(RowBatch<Decision> rows) {
    recent.remember(rows.values());
  }

  private static Masking<Decision> masking(DecisionMask mask) {
    return new Masking<>(
        "decision.mask",
        mask::mask,
        (before, after) ->
            before.id().equals(after.id()) && before.decidedAt().equals(after.decidedAt()));
  }
}

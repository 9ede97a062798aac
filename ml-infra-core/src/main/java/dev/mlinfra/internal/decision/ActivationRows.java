package dev.mlinfra.internal.decision;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.internal.buffer.RowKind;
import dev.mlinfra.spi.DeadLetter;
import java.util.Optional;
import java.util.UUID;

/** Activations in buffers and spools. There is nothing in them to mask. */
final class ActivationRows extends RowKind<Activation> {
  private static final int OBJECT_BYTES = 96;

  ActivationRows() {
    super("activation", null);
  }

  @Override
  protected UUID fateId(Activation value) {
    return value.decisionId();
  }

  @Override
  protected int sizeBytes(Activation value) {
    return OBJECT_BYTES;
  }

  @Override
  protected Optional<String> fault(Activation value) {
    return value.fault();
  }

  @Override
  protected DeadLetter letter(Activation value, String cause) {
    String id = value.decisionId().toString();
    return new DeadLetter(name(), id, "activatedAt=" + value.activatedAt(), cause, 1);
  }
}

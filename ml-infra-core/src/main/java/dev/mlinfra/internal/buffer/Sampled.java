package dev.mlinfra.internal.buffer;

import dev.mlinfra.buffer.Bufferable;
import java.util.Optional;
import java.util.UUID;

/** A value in the queue that passed while only a share of the others did. */
record Sampled<T extends Bufferable>(T value, double share) implements Bufferable {
  @Override
  public UUID fateId() {
    return value.fateId();
  }

  @Override
  public int sizeBytes() {
    return value.sizeBytes();
  }

  @Override
  public Optional<String> fault() {
    return value.fault();
  }
}

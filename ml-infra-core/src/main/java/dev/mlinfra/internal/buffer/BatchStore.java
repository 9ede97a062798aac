package dev.mlinfra.internal.buffer;

import dev.mlinfra.spi.Written;
import java.util.List;

/** Where a write-behind buffer writes to; blocks, stores all or nothing. */
@FunctionalInterface
public interface BatchStore<T> {
  /** Stores a batch; {@code firstAttempt} is false when parts of it may be stored already. */
  Written write(List<Sequenced<T>> batch, boolean firstAttempt);
}

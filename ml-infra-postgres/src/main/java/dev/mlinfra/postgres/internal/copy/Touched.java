package dev.mlinfra.postgres.internal.copy;

import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Is told what was stored. Thread-safe. */
public interface Touched {
  /** Decisions of those times were stored, in seconds since 1970. */
  void decided(LongStream epochSeconds);

  /** Feedback or activations of those decisions were stored. */
  void answered(Stream<UUID> decisions);
}

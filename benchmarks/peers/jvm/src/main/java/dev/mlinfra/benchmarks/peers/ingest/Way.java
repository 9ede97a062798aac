package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.decision.Decision;
import java.util.List;

/** A way of storing decisions, ready to be measured. */
interface Way extends AutoCloseable {
  /** Stores all; they are durable when this returns. */
  void store(List<Decision> decisions) throws Exception;

  @Override
  void close() throws Exception;
}

package dev.mlinfra.monitoring.exporter;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Asks one server something, again and again, on a thread of its own. */
interface Probe {
  /** Its name, as the label {@code probe} shows it. */
  String name();

  /** The metric that says whether the server is there; empty for a probe of details. */
  Optional<Metric> up();

  /** From the end of one run to the start of the next. */
  Duration interval();

  /** How long one run may take. */
  Duration timeout();

  /**
   * Looks once. Blocks, at most until about the deadline.
   *
   * @throws dev.mlinfra.error.MlInfraException when the server does not give what was asked for
   */
  void collect(Samples into, Deadline deadline);

  /** What holds whether the run succeeded or not, as counters. Does not block. */
  default List<Sample> always() {
    return List.of();
  }
}

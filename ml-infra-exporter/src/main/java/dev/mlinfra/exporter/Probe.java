package dev.mlinfra.exporter;

import java.time.Duration;
import java.util.Optional;

/**
 * Asks one server something, again and again, on a thread of its own.
 *
 * @param name as the label {@code probe} shows it
 * @param up says whether the server is there; empty for a probe of details
 * @param interval from the end of one run to the start of the next
 * @param timeout for one run
 * @param look what a run does
 */
record Probe(String name, Optional<Metric> up, Duration interval, Duration timeout, Look look) {
  /** A look at details may take this much longer than one at the state. */
  static final int DETAILS_TAKE = 3;

  /** Looks at the state of a server often, and says whether it is there. */
  static Probe state(String name, Metric up, Pace pace, Look look) {
    return new Probe(name, Optional.of(up), pace.interval(), pace.timeout(), look);
  }

  /** Looks at what costs a server more: seldom, and with more time. */
  static Probe details(String name, Pace pace, Look look) {
    return new Probe(
        name,
        Optional.empty(),
        pace.detailInterval(),
        pace.timeout().multipliedBy(DETAILS_TAKE),
        look);
  }

  /** One run. */
  @FunctionalInterface
  interface Look {
    /**
     * Looks once. Blocks, at most until about the deadline.
     *
     * @throws dev.mlinfra.error.MlInfraException when the server does not give what was asked for
     */
    void collect(Samples into, Deadline deadline);
  }
}

package dev.mlinfra.exporter;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.Daemons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a probe on its own thread and keeps what its newest run saw. A run that takes longer than it
 * may counts as failed while it still hangs. Thread-safe.
 */
final class Target implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Target.class);
  private static final double NANOS = 1e9;

  private final Probe probe;
  private final ScheduledExecutorService thread;
  private final ConcurrentMap<String, LongAdder> failures = new ConcurrentHashMap<>();
  private volatile Outcome outcome = Outcome.NONE;
  private volatile long runningSince = 0;

  Target(Probe probe) {
    this.probe = probe;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            Daemons.named("ml-infra-exporter-" + probe.name()));
  }

  void start() {
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(
            this::run, 0, probe.interval().toNanos(), TimeUnit.NANOSECONDS);
  }

  String name() {
    return probe.name();
  }

  /** Why the newest run failed; empty when it succeeded. */
  Optional<String> fault() {
    return hangs()
        ? Optional.of(probe.name() + " is still waiting for an answer; check that the server runs")
        : Optional.ofNullable(outcome.fault());
  }

  /** What is known now. Never waits for the probe. */
  List<Sample> samples() {
    Outcome last = outcome;
    boolean good = last.fault() == null && !hangs();
    List<Sample> samples = new ArrayList<>(good ? last.samples() : List.of());
    probe.up().ifPresent(up -> samples.add(Sample.of(up, good ? 1 : 0)));
    samples.add(Sample.of(Metric.EXPORTER_PROBE_UP, good ? 1 : 0, name()));
    if (last.ran()) {
      samples.add(Sample.of(Metric.EXPORTER_PROBE_DURATION, last.nanos() / NANOS, name()));
      double age = (System.nanoTime() - last.endNanos()) / NANOS;
      samples.add(Sample.of(Metric.EXPORTER_PROBE_AGE, age, name()));
    }
    for (Map.Entry<String, LongAdder> entry : failures.entrySet()) {
      double count = (double) entry.getValue().sum();
      samples.add(Sample.of(Metric.EXPORTER_PROBE_FAILURES, count, name(), entry.getKey()));
    }
    return samples;
  }

  private boolean hangs() {
    long since = runningSince;
    return since != 0 && System.nanoTime() - since > probe.timeout().toNanos();
  }

  @SuppressWarnings("CatchingUnchecked") // whatever a run throws, the next one must come
  private void run() {
    long start = System.nanoTime();
    runningSince = start == 0 ? 1 : start;
    try {
      Samples samples = new Samples();
      probe.look().collect(samples, Deadline.in(probe.timeout()));
      end(new Outcome(samples.list(), null, System.nanoTime() - start, System.nanoTime()));
    } catch (Throwable e) {
      failures.computeIfAbsent(reason(e), key -> new LongAdder()).increment();
      end(new Outcome(List.of(), Causes.oneLine(e), System.nanoTime() - start, System.nanoTime()));
    } finally {
      runningSince = 0;
    }
  }

  /** Logs the change only: the state itself is a metric. */
  private void end(Outcome now) {
    Outcome before = outcome;
    outcome = now;
    if (now.fault() != null && (!before.ran() || before.fault() == null)) {
      LOG.warn("probe {} failed: {}", name(), now.fault());
    } else if (now.fault() == null && before.ran() && before.fault() != null) {
      LOG.info("probe {} succeeds again", name());
    }
  }

  private static String reason(Throwable failure) {
    if (failure instanceof TimedOutException) {
      return "timeout";
    } else if (failure instanceof UnavailableException) {
      return "unavailable";
    } else if (failure instanceof ConfigException) {
      return "refused";
    } else {
      return failure instanceof CorruptDataException ? "answer" : "error";
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  /**
   * How one run of a probe ended.
   *
   * @param samples what it saw; empty when it failed
   * @param fault why it failed, one line, or null
   * @param nanos how long it took
   * @param endNanos when it ended, on the clock of {@link System#nanoTime()}
   */
  private record Outcome(List<Sample> samples, @Nullable String fault, long nanos, long endNanos) {
    /** Before the first run ended. */
    static final Outcome NONE = new Outcome(List.of(), "has not run yet", 0, 0);

    boolean ran() {
      return nanos != 0;
    }
  }
}

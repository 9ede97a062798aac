package dev.mlinfra.internal.runtime;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether the library is switched off: by the host, or by a signal of the operators. Either is
 * enough. Reading it costs one volatile read.
 */
public final class PauseSwitch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PauseSwitch.class);
  private static final String COMPONENT = "pause";
  private static final Duration FIRST_LOOK = Duration.ofSeconds(2);

  private final Object lock = new Object();
  private final Optional<PauseWatch> watch;
  private final long firstLookEndsNanos = System.nanoTime() + FIRST_LOOK.toNanos();
  private boolean byHost;
  private String bySignal = "";
  private volatile boolean paused;
  private volatile boolean looked;

  /** Begins to watch the signal, if there is one. */
  public PauseSwitch(boolean fromStart, Optional<PauseSignal> signal, Telemetry telemetry) {
    this.looked = signal.isEmpty();
    byHost(fromStart);
    telemetry.observe(Instrument.PAUSED, () -> paused ? 1 : 0);
    this.watch = signal.map(source -> new PauseWatch(source, this::bySignal, () -> looked = true));
  }

  /** Whether offers are dropped and reads answer their defaults. */
  public boolean paused() {
    return paused;
  }

  /**
   * Whether threads of the library must rest. They do so as well until the signal was looked at
   * once, so that a process that starts into a pause does nothing.
   */
  public boolean holds() {
    return paused || (!looked && System.nanoTime() - firstLookEndsNanos < 0);
  }

  /** Sets or lifts the host's own pause. */
  public void byHost(boolean wanted) {
    synchronized (lock) {
      byHost = wanted;
      settle();
    }
  }

  /** What a health report says; nothing unless paused. */
  public Optional<ComponentHealth> health() {
    synchronized (lock) {
      return paused
          ? Optional.of(
              new ComponentHealth(
                  COMPONENT, ComponentHealth.Status.DEGRADED, reason(), Duration.ZERO))
          : Optional.empty();
    }
  }

  @Override
  public void close() {
    watch.ifPresent(PauseWatch::close);
  }

  private void bySignal(String seen) {
    synchronized (lock) {
      bySignal = seen;
      settle();
    }
  }

  private void settle() {
    boolean before = paused;
    paused = byHost || !bySignal.isEmpty();
    if (paused && !before) {
      LOG.warn("{}", reason());
    } else if (before && !paused) {
      LOG.warn("resumed; decisions, feedback and events are taken again");
    }
  }

  private String reason() {
    String host = byHost ? "pause() or ML_INFRA_PAUSED; call resume()" : "";
    String signal = bySignal.isEmpty() ? "" : bySignal + "; delete the key";
    String and = host.isEmpty() || signal.isEmpty() ? "" : ", and by ";
    return "paused by "
        + host
        + and
        + signal
        + " to go on; decisions, feedback and events are dropped and counted";
  }
}

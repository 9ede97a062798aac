package dev.mlinfra.internal.assembly;

import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Keeps what modules report while they are opened, until it is known which of them measures. */
final class EarlyTelemetry implements Telemetry {
  private final List<Consumer<Telemetry>> early = new ArrayList<>();
  private volatile @Nullable Telemetry target;

  @Override
  public void count(Instrument meter, long amount, String... tagValues) {
    report(to -> to.count(meter, amount, tagValues));
  }

  @Override
  public void time(Instrument meter, long nanos, String... tagValues) {
    report(to -> to.time(meter, nanos, tagValues));
  }

  @Override
  public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
    report(to -> to.observe(meter, value, tagValues));
  }

  synchronized void passTo(Telemetry measuring) {
    early.forEach(report -> report.accept(measuring));
    early.clear();
    target = measuring;
  }

  private void report(Consumer<Telemetry> report) {
    Telemetry known = target;
    if (known == null) {
      known = keep(report);
    }
    if (known != null) {
      report.accept(known);
    }
  }

  /** Once more under the lock, since it may have become known meanwhile. */
  private synchronized @Nullable Telemetry keep(Consumer<Telemetry> report) {
    if (target == null) {
      early.add(report);
    }
    return target;
  }
}

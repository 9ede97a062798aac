package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Telemetry} promises: it takes whatever comes, from any thread, and never
 * throws.
 *
 * @since 0.1
 */
public abstract class TelemetryContract extends Contract {
  /** For who extends it. */
  protected TelemetryContract() {}

  @Test
  void takesEveryInstrumentOfTheLibrary() {
    Instrument.ofLibrary().forEach(this::report);
    Instrument.ofLibrary().forEach(this::report);
  }

  @Test
  void takesInstrumentsOfOthers() {
    report(
        new Instrument(
            "acme.reads", Instrument.Type.COUNTER, "reads", "Answered", List.of("shard")));
    report(new Instrument("acme.shards", Instrument.Type.GAUGE, "", "In use", List.of()));
    report(
        new Instrument(
            "acme.read", Instrument.Type.TIMER, "seconds", "Time of one read", List.of("shard")));
  }

  @Test
  void takesReportsOfManyThreads() {
    CompletableFuture<?>[] threads = new CompletableFuture<?>[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = CompletableFuture.runAsync(() -> Instrument.ofLibrary().forEach(this::report));
    }
    assertThat(CompletableFuture.allOf(threads)).succeedsWithin(SOON);
  }

  private void report(Instrument meter) {
    String[] tags = Collections.nCopies(meter.tagKeys().size(), "a").toArray(String[]::new);
    Telemetry telemetry = part(Telemetry.class);
    switch (meter.type()) {
      case COUNTER -> telemetry.count(meter, 1, tags);
      case TIMER -> telemetry.time(meter, 1_000, tags);
      case GAUGE -> telemetry.observe(meter, () -> 1, tags);
    }
  }
}

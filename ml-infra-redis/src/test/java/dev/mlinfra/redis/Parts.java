package dev.mlinfra.redis;

import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.StreamAdmin;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.RecordingWiring;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a module hands over, by name. */
record Parts(RecordingWiring wiring) implements AutoCloseable {
  Parts(Redis redis) {
    this(RecordingWiring.opened(redis));
  }

  OnlineStore online() {
    return wiring.part(OnlineStore.class);
  }

  EventBroker broker() {
    return wiring.part(EventBroker.class);
  }

  StreamAdmin streams() {
    return wiring.part(StreamAdmin.class);
  }

  ModelPointers models() {
    return wiring.part(ModelPointers.class);
  }

  RecentDecisions decisions() {
    return wiring.part(RecentDecisions.class);
  }

  Optional<RecentDecision> recent(UUID id) {
    return decisions().find(List.of(id), Duration.ofMillis(100)).get(0);
  }

  PauseSignal pause() {
    return wiring.part(PauseSignal.class);
  }

  HealthProbe probe() {
    return wiring.probes().get(0);
  }

  long count(Instrument meter) {
    return wiring.counted(meter);
  }

  @Override
  public void close() {
    wiring.close();
  }
}

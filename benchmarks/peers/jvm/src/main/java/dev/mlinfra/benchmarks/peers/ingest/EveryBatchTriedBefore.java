package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.Written;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** A module whose sink is told of every batch that it may be stored already. */
record EveryBatchTriedBefore(InfraModule real) implements InfraModule {
  @Override
  public String name() {
    return real.name();
  }

  @Override
  public List<String> faults() {
    return real.faults();
  }

  @Override
  public void open(Wiring wiring) {
    real.open(new TriedBefore(wiring));
  }

  private record Sink(DecisionSink real) implements DecisionSink {
    @Override
    public Written write(List<LoggedDecision> batch, boolean firstAttempt) {
      return real.write(batch, false);
    }

    @Override
    public Written writeFeedback(List<Feedback> batch, boolean firstAttempt) {
      return real.writeFeedback(batch, false);
    }

    @Override
    public Written writeActivations(List<Activation> batch, boolean firstAttempt) {
      return real.writeActivations(batch, false);
    }
  }

  private record TriedBefore(Wiring real) implements Wiring {
    @Override
    public <T> void provide(Class<T> part, T instance) {
      real.provide(
          part,
          part == DecisionSink.class ? part.cast(new Sink((DecisionSink) instance)) : instance);
    }

    @Override
    public String service() {
      return real.service();
    }

    @Override
    public String source() {
      return real.source();
    }

    @Override
    public Clock clock() {
      return real.clock();
    }

    @Override
    public Telemetry telemetry() {
      return real.telemetry();
    }

    @Override
    public List<FeatureView> views() {
      return real.views();
    }

    @Override
    public <T> Optional<T> find(Class<T> part) {
      return real.find(part);
    }

    @Override
    public void probe(HealthProbe probe) {
      real.probe(probe);
    }

    @Override
    public void onClose(AutoCloseable resource) {
      real.onClose(resource);
    }
  }
}

package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.Written;
import dev.mlinfra.testing.RecordingWiring;
import java.util.List;

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
    RecordingWiring opened = RecordingWiring.of(wiring.source(), wiring.clock()).open(real);
    wiring.provide(DecisionSink.class, new Sink(opened.part(DecisionSink.class)));
    wiring.provide(SchemaAdmin.class, opened.part(SchemaAdmin.class));
    wiring.onClose(opened);
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
}

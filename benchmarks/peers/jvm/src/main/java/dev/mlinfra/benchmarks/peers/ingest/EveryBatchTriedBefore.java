package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.Written;
import dev.mlinfra.testing.RecordingWiring;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

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
    public RowSink<Decision> decisions() {
      return new Again<>(real.decisions());
    }

    @Override
    public RowSink<Feedback> feedback() {
      return new Again<>(real.feedback());
    }

    @Override
    public RowSink<Activation> activations() {
      return new Again<>(real.activations());
    }

    @Override
    public void numbering(LongSupplier numbered) {}
  }

  private record Again<T>(RowSink<T> real) implements RowSink<T> {
    @Override
    public Written write(RowBatch<T> batch, boolean firstAttempt) {
      return real.write(batch, false);
    }

    @Override
    public Optional<RowStore<T>> rows() {
      return real.rows();
    }
  }
}

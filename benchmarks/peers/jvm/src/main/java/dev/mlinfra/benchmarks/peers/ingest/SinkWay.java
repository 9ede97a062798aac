package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.testing.RecordingWiring;
import java.time.Clock;
import java.util.List;

/** One write of our sink, as the writer thread does it, without the linger before it. */
final class SinkWay implements Way {
  private final RecordingWiring wiring = RecordingWiring.of(Sql.SERVICE, Clock.systemUTC());
  private final DecisionSink sink;
  private long sequence;

  SinkWay(Server server) {
    sink = wiring.open(LogWay.postgres(server)).part(DecisionSink.class);
  }

  @Override
  public void store(List<Decision> decisions) {
    long[] sequences = new long[decisions.size()];
    double[] passProbabilities = new double[decisions.size()];
    for (int row = 0; row < sequences.length; row++) {
      sequences[row] = ++sequence;
      passProbabilities[row] = 1;
    }
    RowBatch<Decision> batch = new RowBatch<>(decisions, sequences, passProbabilities);
    if (sink.decisions().write(batch, true).inserted() != batch.size()) {
      throw new IllegalStateException("some rows were there already");
    }
  }

  @Override
  public void close() {
    wiring.close();
  }
}

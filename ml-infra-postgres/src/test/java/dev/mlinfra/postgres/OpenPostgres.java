package dev.mlinfra.postgres;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.Written;
import dev.mlinfra.testing.RecordingWiring;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** What the module hands over, and short ways to store rows. */
final class OpenPostgres implements AutoCloseable {
  private final RecordingWiring wiring = RecordingWiring.of("test", Clock.systemUTC());
  private long sequence;

  static OpenPostgres of(Postgres module) {
    OpenPostgres open = new OpenPostgres();
    module.open(open.wiring);
    return open;
  }

  /** With the schema made. */
  static OpenPostgres ready(TestDatabase database) {
    OpenPostgres open = of(database.module());
    open.schema().ensure();
    return open;
  }

  <T> T part(Class<T> type) {
    return wiring.part(type);
  }

  SchemaAdmin schema() {
    return part(SchemaAdmin.class);
  }

  HealthProbe probe() {
    return wiring.probes().get(0);
  }

  Written store(boolean firstAttempt, List<Decision> decisions) {
    long first = sequence + 1;
    sequence += decisions.size();
    return part(DecisionSink.class).decisions().write(batch(decisions, first), firstAttempt);
  }

  Written reward(boolean firstAttempt, Feedback... feedback) {
    return part(DecisionSink.class).feedback().write(batch(feedback), firstAttempt);
  }

  Written activate(boolean firstAttempt, Activation... activations) {
    return part(DecisionSink.class).activations().write(batch(activations), firstAttempt);
  }

  RowStore<Decision> decisionRows() {
    return part(DecisionSink.class).decisions().rows().orElseThrow();
  }

  RowStore<Feedback> feedbackRows() {
    return part(DecisionSink.class).feedback().rows().orElseThrow();
  }

  /** Rows that are numbered from some number on. */
  static <T> RowBatch<T> batch(List<T> values, long first) {
    double[] passProbabilities = new double[values.size()];
    Arrays.fill(passProbabilities, 1);
    return new RowBatch<>(
        values, LongStream.range(first, first + values.size()).toArray(), passProbabilities);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // the list only reads them
  static <T> RowBatch<T> batch(T... values) {
    return batch(List.of(values), 900);
  }

  @Override
  public void close() {
    wiring.close();
  }
}

package dev.mlinfra.postgres;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.Written;
import dev.mlinfra.testing.RecordingWiring;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

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
    List<LoggedDecision> batch = new ArrayList<>();
    decisions.forEach(decision -> batch.add(new LoggedDecision(decision, ++sequence, 1)));
    return part(DecisionSink.class).write(batch, firstAttempt);
  }

  Written reward(boolean firstAttempt, Feedback... feedback) {
    return part(DecisionSink.class).writeFeedback(List.of(feedback), firstAttempt);
  }

  Written activate(boolean firstAttempt, Activation... activations) {
    return part(DecisionSink.class).writeActivations(List.of(activations), firstAttempt);
  }

  @Override
  public void close() {
    wiring.close();
  }
}

package dev.mlinfra.postgres;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.Written;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The module opened as the host opens it, with its parts at hand. */
final class OpenPostgres implements Wiring, AutoCloseable {
  private final Map<Class<?>, Object> parts = new HashMap<>();
  private final List<HealthProbe> probes = new ArrayList<>();
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private long sequence;

  static OpenPostgres of(Postgres module) {
    OpenPostgres open = new OpenPostgres();
    module.open(open);
    return open;
  }

  /** With the schema made. */
  static OpenPostgres ready(TestDatabase database) {
    OpenPostgres open = of(database.module());
    open.schema().ensure();
    return open;
  }

  <T> T part(Class<T> type) {
    return type.cast(parts.get(type));
  }

  SchemaAdmin schema() {
    return part(SchemaAdmin.class);
  }

  HealthProbe probe() {
    return probes.get(0);
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
  public String service() {
    return "test";
  }

  @Override
  public String source() {
    return "test-1";
  }

  @Override
  public Clock clock() {
    return Clock.systemUTC();
  }

  @Override
  public Telemetry telemetry() {
    return Telemetry.none();
  }

  @Override
  public List<FeatureView> views() {
    return List.of();
  }

  @Override
  public <T> void provide(Class<T> part, T instance) {
    parts.put(part, instance);
  }

  @Override
  public <T> Optional<T> find(Class<T> part) {
    return Optional.ofNullable(parts.get(part)).map(part::cast);
  }

  @Override
  public void probe(HealthProbe probe) {
    probes.add(probe);
  }

  @Override
  public void onClose(AutoCloseable resource) {
    resources.push(resource);
  }

  @Override
  public void close() {
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}

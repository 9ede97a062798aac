package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One write of our sink, as the writer thread does it, without the linger before it. */
final class SinkWay implements Way {
  private final Parts parts = new Parts();
  private final DecisionSink sink;
  private long sequence;

  SinkWay(Server server) {
    LogWay.postgres(server).open(parts);
    this.sink = (DecisionSink) parts.provided.get(DecisionSink.class);
  }

  @Override
  public void store(List<Decision> decisions) {
    List<LoggedDecision> batch = new ArrayList<>(decisions.size());
    for (Decision decision : decisions) {
      batch.add(new LoggedDecision(decision, ++sequence, 1));
    }
    if (sink.write(batch, true).inserted() != batch.size()) {
      throw new IllegalStateException("some rows were there already");
    }
  }

  @Override
  public void close() throws Exception {
    for (int i = parts.resources.size() - 1; i >= 0; i--) {
      parts.resources.get(i).close();
    }
  }

  private static final class Parts implements Wiring {
    private final Map<Class<?>, Object> provided = new HashMap<>();
    private final List<AutoCloseable> resources = new ArrayList<>();

    @Override
    public String service() {
      return "bench";
    }

    @Override
    public String source() {
      return Sql.SOURCE;
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
      provided.put(part, instance);
    }

    @Override
    public <T> Optional<T> find(Class<T> part) {
      return Optional.ofNullable(provided.get(part)).map(part::cast);
    }

    @Override
    public void probe(HealthProbe probe) {}

    @Override
    public void onClose(AutoCloseable resource) {
      resources.add(resource);
    }
  }
}

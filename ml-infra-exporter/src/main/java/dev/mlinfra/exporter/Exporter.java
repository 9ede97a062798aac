package dev.mlinfra.exporter;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Probes the configured servers and serves what it saw, until it is closed. Thread-safe. */
final class Exporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

  private final List<AutoCloseable> clients = new ArrayList<>();
  private final List<Supplier<List<Sample>>> counters = new ArrayList<>();
  private final List<Target> targets;
  private final MetricsServer server;

  private Exporter(ExporterConfig config, Clock clock) throws IOException {
    this.targets = probes(config, clock).stream().map(Target::new).toList();
    this.server = new MetricsServer(config.listen(), this::metrics, this::health);
  }

  /**
   * Starts probing and listening.
   *
   * @throws IOException when the address cannot be listened on
   */
  static Exporter open(ExporterConfig config, Clock clock) throws IOException {
    Exporter exporter = new Exporter(config, clock);
    exporter.targets.forEach(Target::start);
    exporter.server.start();
    return exporter;
  }

  private List<Probe> probes(ExporterConfig config, Clock clock) {
    List<Probe> probes = new ArrayList<>();
    config
        .mlflow()
        .ifPresent(
            options -> {
              MlflowCalls calls = closed(new MlflowCalls(options));
              counters.add(calls::counters);
              MlflowLooks looks = new MlflowLooks(calls, options.maxPages(), clock);
              Pace pace = options.pace();
              probes.add(Probe.state("mlflow", Metric.MLFLOW_UP, pace, looks::state));
              probes.add(Probe.details("mlflow-runs", pace, looks::runs));
            });
    config
        .storage()
        .ifPresent(
            options -> {
              BucketLooks looks = closed(new BucketLooks(options, clock));
              Pace pace = options.pace();
              probes.add(Probe.state("objectstorage", Metric.STORAGE_UP, pace, looks::state));
              probes.add(Probe.details("objectstorage-usage", pace, looks::usage));
            });
    config
        .postgres()
        .ifPresent(
            options -> {
              PostgresConnections connections = new PostgresConnections(options);
              Pace pace = options.pace();
              Probe.Look schema = new PostgresLook(connections, options);
              Probe.Look decisions = new DecisionsLook(connections, options);
              probes.add(Probe.state("postgres", Metric.POSTGRES_UP, pace, schema));
              probes.add(Probe.details("postgres-decisions", pace, decisions));
            });
    config
        .redis()
        .ifPresent(
            options -> {
              RedisLooks looks = closed(new RedisLooks(options, clock));
              Pace pace = options.pace();
              probes.add(Probe.state("redis", Metric.REDIS_UP, pace, looks::state));
              probes.add(Probe.details("redis-keys", pace, looks::keys));
            });
    return probes;
  }

  /** Remembers what is to be closed at the end. */
  private <T extends AutoCloseable> T closed(T client) {
    clients.add(client);
    return client;
  }

  InetSocketAddress address() {
    return server.address();
  }

  /** What is known now, as Prometheus reads it. Waits for no server. */
  String metrics() {
    Samples own = new Samples();
    own.add(Metric.EXPORTER_INFO, 1, version());
    Runtime memory = Runtime.getRuntime();
    own.add(Metric.EXPORTER_HEAP, memory.totalMemory() - memory.freeMemory());
    List<Sample> samples = new ArrayList<>(own.list());
    targets.forEach(target -> samples.addAll(target.samples()));
    counters.forEach(each -> samples.addAll(each.get()));
    return Exposition.text(samples);
  }

  /** Why each probe fails, empty for those that succeed. */
  Map<String, Optional<String>> health() {
    Map<String, Optional<String>> faults = new LinkedHashMap<>();
    targets.forEach(target -> faults.put(target.name(), target.fault()));
    return faults;
  }

  private static String version() {
    String version = Exporter.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  @Override
  public void close() {
    server.close();
    targets.forEach(Target::close);
    for (AutoCloseable client : clients) {
      try {
        client.close();
      } catch (Exception e) {
        LOG.warn("a client did not close: {}", e.toString());
      }
    }
  }
}

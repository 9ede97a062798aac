package dev.mlinfra.monitoring.exporter;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Probes the configured servers and serves what it saw, until it is closed. Thread-safe. */
final class Exporter implements AutoCloseable {
  private final List<Target> targets;
  private final MetricsServer server;

  private Exporter(List<Target> targets, InetSocketAddress listen) throws IOException {
    this.targets = targets;
    this.server = new MetricsServer(listen, this::metrics, this::health);
  }

  /**
   * Starts probing and listening.
   *
   * @throws IOException when the address cannot be listened on
   */
  static Exporter open(ExporterConfig config, Clock clock) throws IOException {
    Exporter exporter =
        new Exporter(probes(config, clock).stream().map(Target::new).toList(), config.listen());
    exporter.targets.forEach(Target::start);
    exporter.server.start();
    return exporter;
  }

  private static List<Probe> probes(ExporterConfig config, Clock clock) {
    List<Probe> probes = new ArrayList<>();
    config
        .mlflow()
        .map(options -> new MlflowApi(options, clock))
        .ifPresent(api -> probes.addAll(List.of(new MlflowProbe(api), new MlflowRunsProbe(api))));
    config
        .storage()
        .map(options -> new S3Api(options, clock))
        .ifPresent(api -> probes.addAll(List.of(new StorageProbe(api), new BucketUsageProbe(api))));
    config
        .postgres()
        .ifPresent(
            options -> {
              PostgresConnections connections = new PostgresConnections(options);
              probes.add(new PostgresProbe(connections, options));
              probes.add(new DecisionsProbe(connections, options));
            });
    config
        .redis()
        .ifPresent(
            options -> {
              probes.add(new RedisProbe(options, clock));
              probes.add(new RedisKeysProbe(options));
            });
    return probes;
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
  }
}

package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Prometheus shows of the whole stack after the quick-start wrote to it. The system property
 * {@code mlinfra.prometheus} names the Prometheus of a stack that runs already.
 */
@Tag("containers")
@Timeout(900)
class MonitoringIT {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Path DASHBOARD =
      Shell.root().resolve("monitoring/grafana/dashboards/ml-infrastructure.json");
  private static final Path ALERTS =
      Shell.root().resolve("monitoring/prometheus/rules/ml-alerts.yml");

  @TempDir private static Path directory;
  private static Shell stack;
  private static PrometheusApi prometheus;

  @BeforeAll
  static void startTheStack() throws IOException {
    String running = System.getProperty("mlinfra.prometheus");
    if (running != null) {
      prometheus = new PrometheusApi(URI.create(running));
      return;
    }
    int port = freePort();
    stack =
        Shell.inProject()
            .patience(Duration.ofMinutes(8))
            .with("STACK_NAME", "monitoring-" + UUID.randomUUID().toString().substring(0, 8))
            .with("STACK_DIR", directory.toString())
            .with("SOPS_AGE_KEY_FILE", directory.resolve("age.key").toString())
            .with("PROMETHEUS_PORT", Integer.toString(port));
    stack.run("scripts/stack up");
    stack.run("./quickstart --stack");
    prometheus = new PrometheusApi(URI.create("http://127.0.0.1:" + port));
  }

  @AfterAll
  static void stopTheStack() {
    if (stack != null) {
      stack.run("scripts/stack down --volumes --yes");
    }
  }

  @Test
  void everyComponentIsMonitored() {
    await(() -> prometheus.targets().values().stream().allMatch("up"::equals));

    assertThat(prometheus.targets())
        .containsAllEntriesOf(
            Map.of(
                "alertmanager", "up",
                "minio", "up",
                "ml-infra-exporter", "up",
                "postgres", "up",
                "prometheus", "up",
                "redis", "up"));
  }

  @Test
  void everyServerIsUpAndMlflowHasTenMetricsOrMore() {
    for (String up : List.of("mlflow_up", "ml_objectstorage_up", "ml_postgres_up", "ml_redis_up")) {
      await(() -> !prometheus.query(up + " == 1").isEmpty());
      assertThat(prometheus.query(up + " == 1")).as(up).hasSize(1);
    }
    await(() -> !prometheus.query("mlflow_runs").isEmpty());
    assertThat(prometheus.query("count by (__name__) ({__name__=~\"mlflow_.+\"})"))
        .hasSizeGreaterThanOrEqualTo(10);
    assertThat(prometheus.query("mlflow_experiments_total")).hasSize(1);
  }

  @Test
  void everyQueryOfTheDashboardHasData() {
    await(() -> prometheus.silentQueries(DASHBOARD).isEmpty());

    assertThat(prometheus.silentQueries(DASHBOARD)).isEmpty();
  }

  @Test
  void everyAlertIsLoadedAndCanBeEvaluated() throws IOException {
    List<String> written =
        Pattern.compile("- alert: (\\w+)")
            .matcher(Files.readString(ALERTS))
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(prometheus.alerts())
        .hasSizeGreaterThanOrEqualTo(10)
        .containsExactlyInAnyOrderElementsOf(written);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
    }
  }
}

package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Prometheus shows of the whole stack after the quick-start wrote to it. */
@Tag("containers")
@ExtendWith(RunningStack.Started.class)
@Timeout(900)
class MonitoringIT {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Path DASHBOARDS = Shell.root().resolve("monitoring/grafana/dashboards");
  private static final Path RULES = Shell.root().resolve("monitoring/prometheus/rules");

  private static PrometheusApi prometheus;

  @BeforeAll
  static void writeToTheStack(RunningStack stack) {
    stack.shell().patience(PATIENCE).run("./quickstart --stack");
    prometheus = new PrometheusApi(stack.page("PROMETHEUS_PORT"));
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

  @ParameterizedTest
  @ValueSource(strings = {"ml-infrastructure.json", "ml-infrastructure-details.json"})
  void everyQueryOfADashboardHasData(String file) {
    Path dashboard = DASHBOARDS.resolve(file);
    await(() -> prometheus.silentQueries(dashboard).isEmpty());

    assertThat(prometheus.silentQueries(dashboard)).isEmpty();
  }

  @Test
  void everyAlertIsLoadedAndCanBeEvaluated() throws IOException {
    String written =
        Files.readString(RULES.resolve("ml-alerts.yml"))
            + Files.readString(RULES.resolve("ml-tickets.yml"));

    assertThat(prometheus.alerts())
        .hasSizeGreaterThanOrEqualTo(10)
        .containsExactlyInAnyOrderElementsOf(
            Pattern.compile("- alert: (\\w+)")
                .matcher(written)
                .results()
                .map(found -> found.group(1))
                .toList());
  }

  /** The assertion that follows says what is missing when the time is over. */
  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
    }
  }
}

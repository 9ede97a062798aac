package dev.mlinfra.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What servers do that are down, hang, or are not what they should be. */
class ExporterFaultTest {
  private static final String EXPERIMENTS = "/api/2.0/mlflow/experiments/search";
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);

  private HostileServer mlflow;
  private Exporter exporter;

  @BeforeEach
  void openServer() throws IOException {
    mlflow = new HostileServer();
  }

  @AfterEach
  void closeAll() {
    if (exporter != null) {
      exporter.close();
    }
    mlflow.close();
  }

  @Test
  void aServerThatHangsIsDownAndHidesNoOther() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      mlflow.hangs("/health");
      open(Map.of("redis.url", "redis://127.0.0.1:" + silent.getLocalPort()));
      healthyMlflow();

      awaitFault("redis", fault -> fault.contains("gave no answer in 300 ms"));
      awaitPage(
          "mlflow_up 1",
          "ml_redis_up 0",
          "mlflow_experiments_total 2",
          "mlflow_model_aliases{alias=\"champion\"} 1",
          "ml_exporter_probe_failures_total{probe=\"redis\",reason=\"timeout\"}");
    }
  }

  @Test
  void anAnswerThatNeverEndsIsCutOff() throws Exception {
    mlflow.drips("/health");
    open(Map.of());

    awaitFault("mlflow", fault -> fault.contains("gave no answer in 300 ms"));
    assertThat(scrape()).contains("mlflow_up 0").doesNotContain("mlflow_experiments_total");
  }

  @Test
  void numbersOfAServerThatWentAwayAreNotShownAnyLonger() throws Exception {
    healthyMlflow();
    open(Map.of());
    awaitPage("mlflow_experiments_total 2");

    mlflow.hangs(EXPERIMENTS);

    awaitPage("mlflow_up 0");
    assertThat(scrape())
        .doesNotContain("mlflow_experiments_total")
        .contains("mlflow_api_errors_total{call=\"experiments/search\"}");
  }

  @Test
  void aRefusedHostHeaderNamesTheSetting() throws Exception {
    mlflow.on("/health", 200, "OK").on("/version", 200, "3.17.2").on(EXPERIMENTS, 403, "no");
    open(Map.of());

    awaitFault("mlflow", fault -> fault.contains("HTTP 403") && fault.contains("--allowed-hosts"));
    awaitPage("ml_exporter_probe_failures_total{probe=\"mlflow\",reason=\"refused\"}");
  }

  @Test
  void htmlAndRedirectsAreNoAnswers() throws Exception {
    healthyMlflow();
    mlflow.on(EXPERIMENTS, 200, "<html>\nLog in</html>");
    open(Map.of());
    awaitFault("mlflow", fault -> fault.contains("'<html>") && fault.contains("a JSON object"));

    mlflow.on(
        EXPERIMENTS,
        exchange -> {
          exchange.getResponseHeaders().set("Location", mlflow.url() + "/login");
          HostileServer.send(exchange, 302, "");
        });
    awaitFault("mlflow", fault -> fault.contains("answered HTTP 302 but must answer 200"));
    assertThat(exporter.health().get("mlflow").orElseThrow()).doesNotContain("\n");
  }

  @Test
  void anAnswerThatIsTooLargeIsNotRead() throws Exception {
    String megabyte = "x".repeat(1 << 20);
    mlflow.on(
        "/health",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          for (int i = 0; i < 40; i++) {
            exchange.getResponseBody().write(megabyte.getBytes(StandardCharsets.UTF_8));
          }
        });
    open(Map.of("mlflow.timeout", "PT20S"));

    awaitFault("mlflow", fault -> fault.contains("more than 33554432 bytes"));
  }

  @Test
  void aReplyOfRedisThatIsTooLargeIsNotRead() throws Exception {
    try (EndlessReply redis = new EndlessReply()) {
      open(Map.of("redis.url", "redis://127.0.0.1:" + redis.port(), "redis.timeout", "PT20S"));

      awaitFault("redis", fault -> fault.contains("more than 33554432 bytes"));
    }
  }

  @Test
  void aServerThatIsNotThereIsAMetricAndNoException() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    open(
        Map.of(
            "redis.url", "redis://127.0.0.1:" + free,
            "postgres.url", "jdbc:postgresql://127.0.0.1:" + free + "/ml",
            "postgres.user", "ml"));

    awaitFault("redis", fault -> fault.contains("could not be reached"));
    awaitFault("postgres", fault -> fault.contains("08001"));
    assertThat(scrape()).contains("ml_redis_up 0").contains("ml_postgres_up 0");
  }

  @Test
  void servesOnlyWhatItHas() throws Exception {
    open(Map.of());

    assertThat(get("/metrics").headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(get("/health").body()).startsWith("{\"status\":\"UP\"");
    assertThat(get("/metrics/x").statusCode()).isEqualTo(404);
    assertThat(
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(uri("/metrics"))
                        .POST(HttpRequest.BodyPublishers.ofString("x"))
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(405);
  }

  private void healthyMlflow() {
    mlflow
        .on("/health", 200, "OK")
        .on("/version", 200, "3.17.2")
        .on(EXPERIMENTS, 200, "{\"experiments\":[{\"experiment_id\":\"0\"},{}]}")
        .on(
            "/api/2.0/mlflow/registered-models/search",
            200,
            "{\"registered_models\":[{\"aliases\":[{\"alias\":\"champion\"}]}]}")
        .on("/api/2.0/mlflow/model-versions/search", 200, "{}")
        .on("/api/2.0/mlflow/runs/search", 200, "{}");
  }

  private void open(Map<String, String> more) throws IOException {
    Map<String, String> properties = new HashMap<>();
    properties.put("mlflow.url", mlflow.url());
    for (String section : new String[] {"mlflow", "redis", "postgres"}) {
      if (section.equals("mlflow") || more.containsKey(section + ".url")) {
        properties.put(section + ".interval", "PT0.1S");
        properties.put(section + ".timeout", "PT0.3S");
      }
    }
    properties.putAll(more);
    ExporterConfig parsed = ExporterConfig.of(properties);
    exporter =
        Exporter.open(
            new ExporterConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                parsed.mlflow(),
                parsed.storage(),
                parsed.postgres(),
                parsed.redis()),
            Clock.systemUTC());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + exporter.address().getPort() + path);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private String scrape() throws Exception {
    return get("/metrics").body();
  }

  /** A page with a line for each that begins so. */
  private void awaitPage(String... beginnings) throws Exception {
    await(
        () -> {
          List<String> lines = scrape().lines().toList();
          return Stream.of(beginnings)
              .allMatch(wanted -> lines.stream().anyMatch(line -> line.startsWith(wanted)));
        },
        String.join(" and ", beginnings));
  }

  private void awaitFault(String probe, Predicate<String> wanted) throws Exception {
    await(
        () -> exporter.health().getOrDefault(probe, Optional.empty()).filter(wanted).isPresent(),
        "fault of " + probe);
  }

  private void await(Condition condition, String what) throws Exception {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("%s in %s", what, exporter.health()).isLessThan(end);
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }
}

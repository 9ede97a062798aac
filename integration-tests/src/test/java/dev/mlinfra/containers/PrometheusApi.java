package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a running Prometheus says, by its HTTP API. */
final class PrometheusApi {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  /** The API below a base, as {@code http://127.0.0.1:9090}. */
  PrometheusApi(URI base) {
    this.base = base;
  }

  /** The series that a query gives now. */
  JsonNode query(String expression) {
    String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return get("/api/v1/query?query=" + encoded).path("result");
  }

  /** The health of each target by the name of its job; the error where there is one. */
  Map<String, String> targets() {
    Map<String, String> health = new TreeMap<>();
    for (JsonNode target : get("/api/v1/targets?state=active").path("activeTargets")) {
      String error = target.path("lastError").asText();
      health.put(
          target.at("/labels/job").asText(),
          target.path("health").asText() + (error.isEmpty() ? "" : ": " + error));
    }
    return health;
  }

  /** The names of the alerts, with the error where one cannot be evaluated. */
  List<String> alerts() {
    List<String> alerts = new ArrayList<>();
    for (JsonNode group : get("/api/v1/rules?type=alert").path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        String bad = rule.path("health").asText().equals("err") ? " " + rule.path("lastError") : "";
        alerts.add(rule.path("name").asText() + bad);
      }
    }
    return alerts;
  }

  /** The queries of a dashboard that give no data now, each with the title of its panel. */
  List<String> silentQueries(Path dashboard) {
    List<String> silent = new ArrayList<>();
    int asked = 0;
    for (JsonNode panel : read(dashboard).path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        asked++;
        String expression = target.path("expr").asText().replace("$__rate_interval", "5m");
        if (query(expression).isEmpty()) {
          silent.add(panel.path("title").asText() + ": " + expression);
        }
      }
    }
    assertThat(asked).as("queries of %s", dashboard).isGreaterThan(8);
    return silent;
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode get(String path) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(base + path))
                  .timeout(Duration.ofSeconds(20))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as("%s%n%s", path, answer.body()).isEqualTo(200);
      return JSON.readTree(answer.body()).path("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking " + path, e);
    }
  }
}

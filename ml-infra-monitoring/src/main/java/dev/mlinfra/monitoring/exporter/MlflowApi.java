package dev.mlinfra.monitoring.exporter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.check.Texts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The calls to MLflow that the probes share, each counted and timed. Thread-safe. */
final class MlflowApi {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "api/2.0/mlflow/";

  private final MlflowOptions options;
  private final HttpCalls http;
  private final Clock clock;
  private final ConcurrentMap<String, LongAdder> requests = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, LongAdder> errors = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Double> latency = new ConcurrentHashMap<>();

  MlflowApi(MlflowOptions options, Clock clock) {
    this.options = options;
    this.clock = clock;
    this.http = new HttpCalls(options.pace().timeout());
  }

  MlflowOptions options() {
    return options;
  }

  /** The age of a time that MLflow gives in milliseconds; 0 for one ahead of our clock. */
  double ageSeconds(long millis) {
    return Math.max(0, (clock.millis() - millis) / 1e3);
  }

  static ObjectNode page(int size) {
    return JSON.createObjectNode().put("max_results", size);
  }

  String text(String call, String path, Deadline deadline) {
    return new String(send(call, request(path).GET(), deadline), StandardCharsets.UTF_8).trim();
  }

  JsonNode get(String call, String path, Deadline deadline) {
    return json(call, send(call, request(path).GET(), deadline));
  }

  JsonNode post(String call, JsonNode body, Deadline deadline) {
    HttpRequest.Builder request =
        request(API + call)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    return json(call, send(call, request, deadline));
  }

  JsonNode search(String call, String query, Deadline deadline) {
    return get(call, API + call + "?" + query, deadline);
  }

  List<Sample> counters() {
    List<Sample> samples = new ArrayList<>();
    for (Map.Entry<String, LongAdder> entry : requests.entrySet()) {
      String call = entry.getKey();
      LongAdder failed = errors.getOrDefault(call, new LongAdder());
      samples.add(Sample.of(Metric.MLFLOW_API_REQUESTS, entry.getValue().sum(), call));
      samples.add(Sample.of(Metric.MLFLOW_API_ERRORS, failed.sum(), call));
    }
    latency.forEach((call, time) -> samples.add(Sample.of(Metric.MLFLOW_API_LATENCY, time, call)));
    return samples;
  }

  private HttpRequest.Builder request(String path) {
    String root = options.url().toString();
    URI url = URI.create((root.endsWith("/") ? root : root + "/") + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(url);
    options
        .password()
        .ifPresent(
            password -> {
              String pair = options.username().orElse("") + ":" + password.reveal();
              byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
              request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
            });
    return request;
  }

  private byte[] send(String call, HttpRequest.Builder request, Deadline deadline) {
    requests.computeIfAbsent(call, key -> new LongAdder()).increment();
    long start = System.nanoTime();
    boolean good = false;
    try {
      HttpResponse<byte[]> answer = http.send(subject(call), request.build(), deadline);
      latency.put(call, (System.nanoTime() - start) / 1e9);
      requireOk(call, answer);
      good = true;
      return answer.body();
    } finally {
      if (!good) {
        errors.computeIfAbsent(call, key -> new LongAdder()).increment();
      }
    }
  }

  private void requireOk(String call, HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    if (status == 200) {
      return;
    }
    if (status == 401 || status == 403) {
      throw new ConfigException(
          subject(call)
              + " was refused with HTTP "
              + status
              + " but must be allowed; check mlflow.username and its password, and for 403 that"
              + " the server's --allowed-hosts lists '"
              + options.url().getAuthority()
              + "'");
    }
    if (status >= 500 || status == 429) {
      throw new UnavailableException(
          subject(call) + " failed with HTTP " + status + "; look at the server's log");
    }
    throw new CorruptDataException(
        subject(call)
            + " answered HTTP "
            + status
            + " but must answer 200; check that mlflow.url is the root of an MLflow server");
  }

  private JsonNode json(String call, byte[] body) {
    try {
      JsonNode node = JSON.readTree(body);
      if (node.isObject()) {
        return node;
      }
    } catch (IOException e) {
      throw notJson(call, body, e);
    }
    throw notJson(call, body, null);
  }

  private CorruptDataException notJson(String call, byte[] body, @Nullable Throwable cause) {
    String start = new String(body, 0, Math.min(body.length, 60), StandardCharsets.UTF_8);
    return new CorruptDataException(
        subject(call)
            + " answered "
            + Texts.quote(start)
            + " but must answer a JSON object; check that mlflow.url is the root of an MLflow"
            + " server and no login page",
        cause);
  }

  private String subject(String call) {
    return "mlflow '" + options.url() + "' " + call;
  }
}

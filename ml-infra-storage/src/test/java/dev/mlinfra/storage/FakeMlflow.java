package dev.mlinfra.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server that answers as MLflow does, in the shapes recorded from 2.9.2 and 3.17.2, keeps what it
 * is told, and can be told to misbehave.
 */
final class FakeMlflow implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "/api/2.0/mlflow/";

  private static final String PROXY = "/api/2.0/mlflow-artifacts/artifacts/";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, ObjectNode> experiments = new TreeMap<>();
  private final Map<String, ObjectNode> runs = new TreeMap<>();
  private final Map<String, ObjectNode> models = new TreeMap<>();
  private final List<ObjectNode> versions = new ArrayList<>();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Optional<Fault> fault = Optional.empty();

  private FakeMlflow() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  static FakeMlflow start() {
    try {
      return new FakeMlflow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers everything that way from now on. */
  void misbehave(Fault how) {
    fault = Optional.of(how);
  }

  void behave() {
    fault = Optional.empty();
  }

  /** Method, path and authorization of each request so far. */
  List<String> requests() {
    return requests;
  }

  Map<String, ObjectNode> runs() {
    return runs;
  }

  Map<String, ObjectNode> models() {
    return models;
  }

  /** What came through the artifact proxy, by path. */
  Map<String, byte[]> files() {
    return files;
  }

  List<ObjectNode> versions() {
    return versions;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI().getPath()
            + " "
            + exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] body = exchange.getRequestBody().readAllBytes();
    try (exchange) {
      if (fault.isPresent()) {
        fault.get().answer(exchange);
      } else {
        answer(exchange, body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange, byte[] body) throws IOException {
    String path = exchange.getRequestURI().getPath();
    switch (path) {
      case "/health" -> text(exchange, "OK");
      case "/version" -> text(exchange, "3.17.2");
      default -> {
        if (path.startsWith(PROXY)) {
          files.put(path.substring(PROXY.length()), body);
          json(exchange, 200, JSON.createObjectNode());
        } else {
          api(exchange, path.substring(API.length()), body);
        }
      }
    }
  }

  private synchronized void api(HttpExchange exchange, String call, byte[] body)
      throws IOException {
    JsonNode request = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
    Map<String, String> query = query(exchange);
    switch (call) {
      case "experiments/get-by-name" ->
          found(exchange, "experiment", experiments.get(query.get("experiment_name")));
      case "experiments/create" -> createExperiment(exchange, request);
      case "experiments/search" -> list(exchange, "experiments", experiments.values());
      case "runs/search" -> list(exchange, "runs", matching(request.path("filter").asText()));
      case "runs/create" -> createRun(exchange, request);
      case "runs/log-batch" -> logBatch(exchange, request);
      case "runs/update" -> {
        info(request).put("status", request.path("status").asText());
        json(exchange, 200, JSON.createObjectNode());
      }
      case "registered-models/get" ->
          found(exchange, "registered_model", shown(models.get(query.get("name"))));
      case "registered-models/create" -> createModel(exchange, request);
      case "registered-models/search" ->
          list(
              exchange,
              "registered_models",
              models.values().stream().map(FakeMlflow::shown).toList());
      case "registered-models/alias" -> {
        model(request).withObject("/aliases").put(request.path("alias").asText(), version(request));
        json(exchange, 200, JSON.createObjectNode());
      }
      case "model-versions/search" -> list(exchange, "model_versions", versionsOf(query));
      case "model-versions/create" -> createVersion(exchange, request);
      default -> error(exchange, 404, "ENDPOINT_NOT_FOUND", call);
    }
  }

  private void createExperiment(HttpExchange exchange, JsonNode request) throws IOException {
    String id = Integer.toString(experiments.size() + 1);
    String name = request.path("name").asText();
    experiments.put(
        name,
        JSON.createObjectNode()
            .put("experiment_id", id)
            .put("name", name)
            .put("artifact_location", "mlflow-artifacts:/" + id)
            .put("lifecycle_stage", "active")
            .put("workspace", "default"));
    json(exchange, 200, JSON.createObjectNode().put("experiment_id", id));
  }

  private void createRun(HttpExchange exchange, JsonNode request) throws IOException {
    String id = "%032x".formatted(runs.size() + 1);
    ObjectNode run = JSON.createObjectNode();
    run.putObject("info")
        .put("run_uuid", id)
        .put("run_id", id)
        .put("experiment_id", request.path("experiment_id").asText())
        .put("run_name", request.path("run_name").asText())
        .put("status", "RUNNING")
        .put("start_time", request.path("start_time").asLong())
        .put("artifact_uri", "mlflow-artifacts:/1/" + id + "/artifacts")
        .put("lifecycle_stage", "active");
    run.putObject("data").set("tags", request.path("tags"));
    run.putObject("inputs");
    runs.put(id, run);
    json(exchange, 200, JSON.createObjectNode().set("run", run));
  }

  private void logBatch(HttpExchange exchange, JsonNode request) throws IOException {
    ObjectNode run = runs.get(request.path("run_id").asText());
    run.withObject("/data").set("metrics", request.path("metrics"));
    json(exchange, 200, JSON.createObjectNode());
  }

  private void createModel(HttpExchange exchange, JsonNode request) throws IOException {
    String name = request.path("name").asText();
    if (models.containsKey(name)) {
      error(exchange, 400, "RESOURCE_ALREADY_EXISTS", "Registered Model already exists");
      return;
    }
    ObjectNode model = JSON.createObjectNode().put("name", name);
    models.put(name, model);
    json(exchange, 200, JSON.createObjectNode().set("registered_model", model));
  }

  /** What is kept by alias is shown as a list. */
  private static ObjectNode shown(ObjectNode model) {
    if (model == null) {
      return null;
    }
    ObjectNode shown = model.deepCopy();
    ArrayNode aliases = shown.putArray("aliases");
    model
        .path("aliases")
        .properties()
        .forEach(
            entry ->
                aliases
                    .addObject()
                    .put("alias", entry.getKey())
                    .put("version", entry.getValue().asText()));
    return shown;
  }

  private void createVersion(HttpExchange exchange, JsonNode request) throws IOException {
    String name = request.path("name").asText();
    long number = versions.stream().filter(v -> v.path("name").asText().equals(name)).count() + 1;
    ObjectNode version =
        JSON.createObjectNode()
            .put("name", name)
            .put("version", Long.toString(number))
            .put("current_stage", "None")
            .put("source", request.path("source").asText())
            .put("run_id", request.path("run_id").asText())
            .put("status", "READY");
    version.set("tags", request.path("tags"));
    versions.add(version);
    json(exchange, 200, JSON.createObjectNode().set("model_version", version));
  }

  private List<ObjectNode> matching(String filter) {
    return runs.values().stream()
        .filter(
            run -> {
              for (JsonNode tag : run.path("data").path("tags")) {
                String term =
                    "tags.`"
                        + tag.path("key").asText()
                        + "` = '"
                        + tag.path("value").asText()
                        + "'";
                boolean filtered = filter.contains("tags.`" + tag.path("key").asText() + "`");
                if (filtered && !filter.contains(term)) {
                  return false;
                }
              }
              return true;
            })
        .toList();
  }

  private List<ObjectNode> versionsOf(Map<String, String> query) {
    String filter = query.getOrDefault("filter", "");
    return versions.stream()
        .filter(
            version ->
                filter.isEmpty()
                    || filter.equals("run_id='" + version.path("run_id").asText() + "'"))
        .toList();
  }

  private ObjectNode info(JsonNode request) {
    return runs.get(request.path("run_id").asText()).withObject("/info");
  }

  private ObjectNode model(JsonNode request) {
    return models.get(request.path("name").asText());
  }

  private static String version(JsonNode request) {
    return request.path("version").asText();
  }

  private static void found(HttpExchange exchange, String name, ObjectNode node)
      throws IOException {
    if (node == null) {
      error(exchange, 404, "RESOURCE_DOES_NOT_EXIST", "Could not find " + name);
    } else {
      json(exchange, 200, JSON.createObjectNode().set(name, node));
    }
  }

  private static void list(HttpExchange exchange, String name, Iterable<ObjectNode> nodes)
      throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode list = JSON.createArrayNode();
    nodes.forEach(list::add);
    // MLflow leaves an empty list out
    json(exchange, 200, list.isEmpty() ? answer : answer.set(name, list));
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new TreeMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      int at = pair.indexOf('=');
      query.put(
          pair.substring(0, at), URLDecoder.decode(pair.substring(at + 1), StandardCharsets.UTF_8));
    }
    return query;
  }

  static void error(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    json(exchange, status, JSON.createObjectNode().put("error_code", code).put("message", message));
  }

  static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static void text(HttpExchange exchange, String text) throws IOException {
    send(exchange, 200, "text/html; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void json(HttpExchange exchange, int status, JsonNode node) throws IOException {
    send(exchange, status, "application/json", JSON.writeValueAsBytes(node));
  }

  /** One way to misbehave. */
  @FunctionalInterface
  interface Fault {
    void answer(HttpExchange exchange) throws IOException, InterruptedException;
  }
}

package dev.mlinfra.monitoring.exporter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.spi.check.Faults;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Health, version, experiments, registered models and artifacts of MLflow. */
final class MlflowProbe extends StateProbe {
  private static final int PAGE = 1_000;
  private static final int MODEL_PAGE = 100;
  private static final int MAX_PAGES = 20;

  private final MlflowApi api;

  MlflowProbe(MlflowApi api) {
    super("mlflow", Metric.MLFLOW_UP, api.options().pace());
    this.api = api;
  }

  @Override
  public List<Sample> always() {
    return api.counters();
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    String health = api.text("health", "health", deadline);
    if (!health.equals("OK")) {
      throw new CorruptDataException(
          Faults.line(
              "mlflow health", health, "must be OK", "check that mlflow.url is an MLflow server"));
    }
    into.add(Metric.MLFLOW_INFO, 1, version(deadline));
    into.add(Metric.MLFLOW_EXPERIMENTS, experiments(deadline));
    models(into, deadline);
    versions(into, deadline);
    into.flag(Metric.MLFLOW_ARTIFACTS_UP, artifacts(deadline));
  }

  private String version(Deadline deadline) {
    String version = api.text("version", "version", deadline);
    return version.matches("[0-9A-Za-z.+-]{1,40}") ? version : "unknown";
  }

  private long experiments(Deadline deadline) {
    ObjectNode ask = MlflowApi.page(PAGE);
    long count = 0;
    for (int i = 0; i < MAX_PAGES; i++) {
      JsonNode page = api.post("experiments/search", ask, deadline);
      count += page.path("experiments").size();
      if (page.path("next_page_token").asText().isEmpty()) {
        break;
      }
      ask.put("page_token", page.path("next_page_token").asText());
    }
    return count;
  }

  private void models(Samples into, Deadline deadline) {
    Map<String, Integer> aliases = new HashMap<>();
    long count = 0;
    String query = "max_results=" + MODEL_PAGE;
    for (int i = 0; i < MAX_PAGES; i++) {
      JsonNode page = api.search("registered-models/search", query, deadline);
      for (JsonNode model : page.path("registered_models")) {
        count++;
        for (JsonNode alias : model.path("aliases")) {
          aliases.merge(alias.path("alias").asText(), 1, Integer::sum);
        }
      }
      String next = page.path("next_page_token").asText();
      if (next.isEmpty()) {
        break;
      }
      query = "max_results=" + MODEL_PAGE + "&page_token=" + encode(next);
    }
    into.add(Metric.MLFLOW_REGISTERED_MODELS, count);
    into.counts(Metric.MLFLOW_MODEL_ALIASES, aliases);
  }

  private void versions(Samples into, Deadline deadline) {
    Map<String, Integer> byStatus = new HashMap<>(Map.of("READY", 0));
    OptionalLong newest = OptionalLong.empty();
    String query = "max_results=" + PAGE;
    for (int i = 0; i < MAX_PAGES; i++) {
      JsonNode page = api.search("model-versions/search", query, deadline);
      for (JsonNode version : page.path("model_versions")) {
        byStatus.merge(version.path("status").asText("UNKNOWN"), 1, Integer::sum);
        long made = version.path("creation_timestamp").asLong();
        newest = OptionalLong.of(Math.max(made, newest.orElse(0)));
      }
      String next = page.path("next_page_token").asText();
      if (next.isEmpty()) {
        break;
      }
      query = "max_results=" + PAGE + "&page_token=" + encode(next);
    }
    into.counts(Metric.MLFLOW_MODEL_VERSIONS, byStatus);
    newest.ifPresent(made -> into.add(Metric.MLFLOW_LAST_VERSION_AGE, api.ageSeconds(made)));
  }

  /** A server may be without an artifact store, which does not make it down. */
  private boolean artifacts(Deadline deadline) {
    try {
      api.get("artifacts/list", "api/2.0/mlflow-artifacts/artifacts", deadline);
      return true;
    } catch (MlInfraException e) {
      return false;
    }
  }

  private static String encode(String token) {
    return URLEncoder.encode(token, StandardCharsets.UTF_8);
  }
}

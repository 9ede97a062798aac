package dev.mlinfra.monitoring.exporter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;

/** Runs by status. MLflow counts nothing itself, so they are read page by page, up to a bound. */
final class MlflowRunsProbe extends DetailProbe {
  private static final int PAGE = 500;
  private static final int EXPERIMENTS = 1_000;

  private final MlflowApi api;

  MlflowRunsProbe(MlflowApi api) {
    super("mlflow-runs", api.options().pace());
    this.api = api;
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    JsonNode found = api.post("experiments/search", MlflowApi.page(EXPERIMENTS), deadline);
    boolean complete = found.path("next_page_token").asText().isEmpty();
    ObjectNode ask = MlflowApi.page(PAGE);
    ask.putArray("order_by").add("attributes.start_time DESC");
    var ids = ask.putArray("experiment_ids");
    found.path("experiments").forEach(e -> ids.add(e.path("experiment_id").asText()));

    Map<String, Integer> byStatus =
        new HashMap<>(Map.of("RUNNING", 0, "FINISHED", 0, "FAILED", 0, "KILLED", 0));
    long newest = -1;
    String next = "";
    int pages = 0;
    do {
      JsonNode page = api.post("runs/search", ask, deadline);
      for (JsonNode run : page.path("runs")) {
        byStatus.merge(run.path("info").path("status").asText("UNKNOWN"), 1, Integer::sum);
        newest = Math.max(newest, run.path("info").path("start_time").asLong());
      }
      next = page.path("next_page_token").asText();
      ask.put("page_token", next);
    } while (!next.isEmpty() && ++pages < api.options().maxPages());

    into.counts(Metric.MLFLOW_RUNS, byStatus);
    into.flag(Metric.MLFLOW_RUNS_COMPLETE, complete && next.isEmpty());
    if (newest >= 0) {
      into.add(Metric.MLFLOW_LAST_RUN_AGE, api.ageSeconds(newest));
    }
  }
}

package dev.mlinfra.exporter;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.spi.check.Faults;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.ModelRegistry.RegisteredModel;
import org.mlflow.api.proto.ModelRegistry.RegisteredModelAlias;
import org.mlflow.api.proto.ModelRegistry.SearchModelVersions;
import org.mlflow.api.proto.ModelRegistry.SearchRegisteredModels;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.SearchExperiments;
import org.mlflow.api.proto.Service.SearchRuns;

/**
 * Health, version, experiments, registered models and artifacts of MLflow; in detail its runs,
 * which it does not count itself, so that they are read page by page, up to a bound.
 */
final class MlflowLooks {
  private static final int PAGE = 1_000;
  private static final int MODEL_PAGE = 100;
  private static final int RUN_PAGE = 500;
  private static final int MAX_PAGES = 20;

  private final MlflowCalls calls;
  private final int maxRunPages;
  private final Clock clock;

  MlflowLooks(MlflowCalls calls, int maxRunPages, Clock clock) {
    this.calls = calls;
    this.maxRunPages = maxRunPages;
    this.clock = clock;
  }

  void state(Samples into, Deadline deadline) {
    String health = page("health", "health", deadline);
    if (!health.equals("OK")) {
      throw new CorruptDataException(
          Faults.line(
              "mlflow health", health, "must be OK", "check that mlflow.url is an MLflow server"));
    }
    String version = page("version", "version", deadline);
    boolean known = version.matches("[0-9A-Za-z.+-]{1,40}");
    into.add(Metric.MLFLOW_INFO, 1, known ? version : "unknown");
    experiments(into, deadline);
    models(into, deadline);
    versions(into, deadline);
    into.flag(Metric.MLFLOW_ARTIFACTS_UP, artifacts(deadline));
  }

  void runs(Samples into, Deadline deadline) {
    SearchExperiments.Response.Builder found = experiments("", deadline);
    SearchRuns.Builder ask =
        SearchRuns.newBuilder()
            .setMaxResults(RUN_PAGE)
            .addOrderBy("attributes.start_time DESC")
            .addAllExperimentIds(
                found.getExperimentsList().stream().map(Experiment::getExperimentId).toList());
    Map<String, Integer> byStatus =
        new HashMap<>(Map.of("RUNNING", 0, "FINISHED", 0, "FAILED", 0, "KILLED", 0));
    long[] newest = {-1};
    boolean whole =
        pages(
            maxRunPages,
            token -> {
              SearchRuns.Response.Builder page =
                  calls.call(
                      "runs/search",
                      deadline,
                      session ->
                          session.post(
                              "runs/search",
                              ask.setPageToken(token),
                              SearchRuns.Response.newBuilder()));
              for (Run run : page.getRunsList()) {
                RunInfo info = run.getInfo();
                byStatus.merge(
                    info.hasStatus() ? info.getStatus().name() : "UNKNOWN", 1, Integer::sum);
                newest[0] = Math.max(newest[0], info.getStartTime());
              }
              return page.getNextPageToken();
            });
    into.counts(Metric.MLFLOW_RUNS, byStatus);
    into.flag(Metric.MLFLOW_RUNS_COMPLETE, whole && found.getNextPageToken().isEmpty());
    if (newest[0] >= 0) {
      into.add(Metric.MLFLOW_LAST_RUN_AGE, ageSeconds(newest[0]));
    }
  }

  private void experiments(Samples into, Deadline deadline) {
    long[] count = {0};
    pages(
        MAX_PAGES,
        token -> {
          SearchExperiments.Response.Builder page = experiments(token, deadline);
          count[0] += page.getExperimentsCount();
          return page.getNextPageToken();
        });
    into.add(Metric.MLFLOW_EXPERIMENTS, count[0]);
  }

  private void models(Samples into, Deadline deadline) {
    Map<String, Integer> aliases = new HashMap<>();
    long[] count = {0};
    pages(
        MAX_PAGES,
        token -> {
          SearchRegisteredModels.Response.Builder page =
              calls.call(
                  "registered-models/search",
                  deadline,
                  session ->
                      session.get(
                          "registered-models/search",
                          SearchRegisteredModels.newBuilder()
                              .setMaxResults(MODEL_PAGE)
                              .setPageToken(token),
                          SearchRegisteredModels.Response.newBuilder()));
          for (RegisteredModel model : page.getRegisteredModelsList()) {
            count[0]++;
            for (RegisteredModelAlias alias : model.getAliasesList()) {
              aliases.merge(alias.getAlias(), 1, Integer::sum);
            }
          }
          return page.getNextPageToken();
        });
    into.add(Metric.MLFLOW_REGISTERED_MODELS, count[0]);
    into.counts(Metric.MLFLOW_MODEL_ALIASES, aliases);
  }

  private void versions(Samples into, Deadline deadline) {
    Map<String, Integer> byStatus = new HashMap<>(Map.of("READY", 0));
    long[] newest = {-1};
    pages(
        MAX_PAGES,
        token -> {
          SearchModelVersions.Response.Builder page =
              calls.call(
                  "model-versions/search",
                  deadline,
                  session ->
                      session.get(
                          "model-versions/search",
                          SearchModelVersions.newBuilder().setMaxResults(PAGE).setPageToken(token),
                          SearchModelVersions.Response.newBuilder()));
          for (ModelVersion version : page.getModelVersionsList()) {
            byStatus.merge(
                version.hasStatus() ? version.getStatus().name() : "UNKNOWN", 1, Integer::sum);
            newest[0] = Math.max(newest[0], version.getCreationTimestamp());
          }
          return page.getNextPageToken();
        });
    into.counts(Metric.MLFLOW_MODEL_VERSIONS, byStatus);
    if (newest[0] >= 0) {
      into.add(Metric.MLFLOW_LAST_VERSION_AGE, ageSeconds(newest[0]));
    }
  }

  /** A server may be without an artifact store, which does not make it down. */
  private boolean artifacts(Deadline deadline) {
    try {
      return page("artifacts/list", "api/2.0/mlflow-artifacts/artifacts", deadline).startsWith("{");
    } catch (MlInfraException e) {
      return false;
    }
  }

  private SearchExperiments.Response.Builder experiments(String token, Deadline deadline) {
    return calls.call(
        "experiments/search",
        deadline,
        session ->
            session.post(
                "experiments/search",
                SearchExperiments.newBuilder().setMaxResults(PAGE).setPageToken(token),
                SearchExperiments.Response.newBuilder()));
  }

  private String page(String name, String path, Deadline deadline) {
    return calls.call(name, deadline, session -> session.page(path));
  }

  /** Reads pages until there is no next or enough are read; says whether these were all. */
  private static boolean pages(int most, UnaryOperator<String> next) {
    String token = "";
    for (int i = 0; i < most; i++) {
      token = next.apply(token);
      if (token.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** The age of a time that MLflow gives in milliseconds; 0 for one ahead of our clock. */
  private double ageSeconds(long millis) {
    return Math.max(0, (clock.millis() - millis) / 1e3);
  }
}

package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.storage.mlflow.MlflowRefused;
import dev.mlinfra.storage.mlflow.MlflowSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.mlflow.api.proto.Service.CreateExperiment;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.GetExperimentByName;
import org.mlflow.api.proto.Service.LogBatch;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.SearchRuns;
import org.mlflow.api.proto.Service.UpdateRun;
import org.mlflow.api.proto.Service.ViewType;

/** The run that stands for a version: one each, found again by its tags. */
final class Runs {
  static final String MODEL_TAG = "mlinfra.model";
  static final String VERSION_TAG = "mlinfra.version";
  static final String SHA256_TAG = "mlinfra.sha256";
  static final String URI_TAG = "mlinfra.uri";

  private static final int METRICS_PER_CALL = 500;

  private final MlflowSession session;
  private final String experiment;

  Runs(MlflowSession session, String experiment) {
    this.session = session;
    this.experiment = experiment;
  }

  /** Makes the run or finishes one that was left half made; does nothing when it is complete. */
  RunInfo ensure(ModelVersion version) {
    String experimentId = experimentId();
    RunInfo run =
        session
            .post(
                "runs/search",
                SearchRuns.newBuilder()
                    .addExperimentIds(experimentId)
                    .setFilter(filter(version))
                    .setRunViewType(ViewType.ACTIVE_ONLY)
                    .setMaxResults(1),
                SearchRuns.Response.newBuilder())
            .getRunsList()
            .stream()
            .map(found -> found.getInfo())
            .findFirst()
            .orElseGet(() -> create(experimentId, version));
    if (run.getStatus() != RunStatus.FINISHED) {
      log(run.getRunId(), version);
      session.post(
          "runs/update",
          UpdateRun.newBuilder()
              .setRunUuid(run.getRunId())
              .setRunId(run.getRunId())
              .setStatus(RunStatus.FINISHED)
              .setEndTime(version.createdAt().toEpochMilli()),
          UpdateRun.Response.newBuilder());
    }
    return run;
  }

  private String experimentId() {
    return findExperiment().orElseGet(this::createExperiment);
  }

  private Optional<String> findExperiment() {
    try {
      return Optional.of(
          session
              .get(
                  "experiments/get-by-name",
                  GetExperimentByName.newBuilder().setExperimentName(experiment),
                  GetExperimentByName.Response.newBuilder())
              .getExperiment()
              .getExperimentId());
    } catch (MlflowRefused e) {
      if (e.code().equals("RESOURCE_DOES_NOT_EXIST")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private String createExperiment() {
    try {
      return session
          .post(
              "experiments/create",
              CreateExperiment.newBuilder().setName(experiment),
              CreateExperiment.Response.newBuilder())
          .getExperimentId();
    } catch (MlflowRefused e) {
      if (!e.code().equals("RESOURCE_ALREADY_EXISTS")) {
        throw e;
      }
      return findExperiment().orElseThrow(() -> e);
    }
  }

  private RunInfo create(String experimentId, ModelVersion version) {
    CreateRun.Builder request =
        CreateRun.newBuilder()
            .setExperimentId(experimentId)
            .setRunName(version.name() + "-" + version.version())
            .setStartTime(version.createdAt().toEpochMilli());
    tags(version)
        .forEach((key, value) -> request.addTags(RunTag.newBuilder().setKey(key).setValue(value)));
    return session.post("runs/create", request, CreateRun.Response.newBuilder()).getRun().getInfo();
  }

  /** The time is the version's own, so that the same metric logged again is the same row. */
  private void log(String runId, ModelVersion version) {
    List<Metric> metrics = new ArrayList<>();
    version
        .metrics()
        .forEach(
            (key, value) ->
                metrics.add(
                    Metric.newBuilder()
                        .setKey(key)
                        .setValue(value)
                        .setTimestamp(version.createdAt().toEpochMilli())
                        .setStep(0)
                        .build()));
    for (int from = 0; from < metrics.size(); from += METRICS_PER_CALL) {
      int to = Math.min(metrics.size(), from + METRICS_PER_CALL);
      session.post(
          "runs/log-batch",
          LogBatch.newBuilder().setRunId(runId).addAllMetrics(metrics.subList(from, to)),
          LogBatch.Response.newBuilder());
    }
  }

  /** Tags that start with mlflow steer MLflow itself, which refuses some of them: left out. */
  static Map<String, String> tags(ModelVersion version) {
    Map<String, String> tags = new TreeMap<>(version.tags());
    tags.keySet().removeIf(key -> key.startsWith("mlflow."));
    tags.put(MODEL_TAG, version.name());
    tags.put(VERSION_TAG, Integer.toString(version.version()));
    tags.put(SHA256_TAG, version.artifact().sha256());
    tags.put(URI_TAG, version.artifact().uri());
    return tags;
  }

  /** Names and digests have no quotes: both were checked against their allow-lists. */
  private static String filter(ModelVersion version) {
    return "tags.`%s` = '%s' and tags.`%s` = '%d' and tags.`%s` = '%s'"
        .formatted(
            MODEL_TAG,
            version.name(),
            VERSION_TAG,
            version.version(),
            SHA256_TAG,
            version.artifact().sha256());
  }
}

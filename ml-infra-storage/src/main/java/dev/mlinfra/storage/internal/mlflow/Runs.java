package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.model.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;

/** The run that stands for a version: one each, found again by its tags. */
final class Runs {
  static final String MODEL_TAG = "mlinfra.model";
  static final String VERSION_TAG = "mlinfra.version";
  static final String SHA256_TAG = "mlinfra.sha256";
  static final String URI_TAG = "mlinfra.uri";

  private static final int METRICS_PER_CALL = 500;

  private final MlflowClient client;
  private final String experiment;

  Runs(MlflowClient client, String experiment) {
    this.client = client;
    this.experiment = experiment;
  }

  /** Makes the run or finishes one that was left half made; does nothing when it is complete. */
  RunInfo ensure(ModelVersion version) {
    String experimentId = experimentId();
    RunInfo run =
        client
            .searchRuns(List.of(experimentId), filter(version), ViewType.ACTIVE_ONLY, 1)
            .getItems()
            .stream()
            .map(found -> found.getInfo())
            .findFirst()
            .orElseGet(() -> create(experimentId, version));
    if (run.getStatus() != RunStatus.FINISHED) {
      log(run.getRunId(), version);
      client.setTerminated(run.getRunId(), RunStatus.FINISHED, version.createdAt().toEpochMilli());
    }
    return run;
  }

  private String experimentId() {
    return findExperiment().orElseGet(this::createExperiment);
  }

  private Optional<String> findExperiment() {
    try {
      return client.getExperimentByName(experiment).map(Experiment::getExperimentId);
    } catch (MlflowClientException e) {
      if (MlflowErrors.says(e, "RESOURCE_DOES_NOT_EXIST")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private String createExperiment() {
    try {
      return client.createExperiment(experiment);
    } catch (MlflowClientException e) {
      if (!MlflowErrors.says(e, "RESOURCE_ALREADY_EXISTS")) {
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
    return client.createRun(request.build());
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
      client.logBatch(runId, metrics.subList(from, to), List.of(), List.of());
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

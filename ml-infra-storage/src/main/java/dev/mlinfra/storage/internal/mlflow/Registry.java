package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.storage.mlflow.MlflowRefused;
import dev.mlinfra.storage.mlflow.MlflowSession;
import java.util.Map;
import org.mlflow.api.proto.ModelRegistry.CreateModelVersion;
import org.mlflow.api.proto.ModelRegistry.CreateRegisteredModel;
import org.mlflow.api.proto.ModelRegistry.GetRegisteredModel;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.ModelRegistry.ModelVersionTag;
import org.mlflow.api.proto.ModelRegistry.RegisteredModelTag;
import org.mlflow.api.proto.ModelRegistry.SearchModelVersions;
import org.mlflow.api.proto.ModelRegistry.SetRegisteredModelAlias;

/** Registered models, their versions and aliases. */
final class Registry {
  private static final int MAX_VERSIONS_OF_A_RUN = 100;

  private final MlflowSession session;

  Registry(MlflowSession session) {
    this.session = session;
  }

  void ensureModel(String name) {
    try {
      session.get(
          "registered-models/get",
          GetRegisteredModel.newBuilder().setName(name),
          GetRegisteredModel.Response.newBuilder());
    } catch (MlflowRefused e) {
      if (!e.code().equals("RESOURCE_DOES_NOT_EXIST")) {
        throw e;
      }
      createModel(name);
    }
  }

  /** Returns MLflow's number of the version that belongs to a run. */
  String ensureVersion(String name, String runId, String source, Map<String, String> tags) {
    return session
        .get(
            "model-versions/search",
            SearchModelVersions.newBuilder()
                .setFilter("run_id='" + runId + "'")
                .setMaxResults(MAX_VERSIONS_OF_A_RUN),
            SearchModelVersions.Response.newBuilder())
        .getModelVersionsList()
        .stream()
        .filter(version -> version.getName().equals(name))
        .map(ModelVersion::getVersion)
        .findFirst()
        .orElseGet(() -> createVersion(name, runId, source, tags));
  }

  void point(String name, String alias, String version) {
    session.post(
        "registered-models/alias",
        SetRegisteredModelAlias.newBuilder().setName(name).setAlias(alias).setVersion(version),
        SetRegisteredModelAlias.Response.newBuilder());
  }

  private void createModel(String name) {
    try {
      session.post(
          "registered-models/create",
          CreateRegisteredModel.newBuilder()
              .setName(name)
              .addTags(RegisteredModelTag.newBuilder().setKey("mlinfra").setValue("mirror")),
          CreateRegisteredModel.Response.newBuilder());
    } catch (MlflowRefused e) {
      if (!e.code().equals("RESOURCE_ALREADY_EXISTS")) {
        throw e;
      }
    }
  }

  private String createVersion(String name, String runId, String source, Map<String, String> tags) {
    CreateModelVersion.Builder request =
        CreateModelVersion.newBuilder().setName(name).setSource(source).setRunId(runId);
    tags.forEach(
        (key, value) -> request.addTags(ModelVersionTag.newBuilder().setKey(key).setValue(value)));
    return session
        .post("model-versions/create", request, CreateModelVersion.Response.newBuilder())
        .getModelVersion()
        .getVersion();
  }
}

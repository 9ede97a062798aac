package dev.mlinfra.storage.internal.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;

/** Registered models, their versions and aliases, most of which mlflow-client has no method for. */
final class Registry {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_VERSIONS_OF_A_RUN = 100;

  private final MlflowClient client;

  Registry(MlflowClient client) {
    this.client = client;
  }

  void ensureModel(String name) {
    ObjectNode request = JSON.createObjectNode().put("name", name);
    request.putArray("tags").addObject().put("key", "mlinfra").put("value", "mirror");
    try {
      client.getRegisteredModel(name);
    } catch (MlflowClientException e) {
      if (!MlflowErrors.says(e, "RESOURCE_DOES_NOT_EXIST")) {
        throw e;
      }
      createModel(request);
    }
  }

  /** Returns MLflow's number of the version that belongs to a run. */
  String ensureVersion(String name, String runId, String source, Map<String, String> tags) {
    List<ModelVersion> present =
        client
            .searchModelVersions("run_id='" + runId + "'", MAX_VERSIONS_OF_A_RUN, List.of())
            .getItems();
    return present.stream()
        .filter(version -> version.getName().equals(name))
        .map(ModelVersion::getVersion)
        .findFirst()
        .orElseGet(() -> createVersion(name, runId, source, tags));
  }

  void point(String name, String alias, String version) {
    client.sendPost(
        "registered-models/alias",
        JSON.createObjectNode()
            .put("name", name)
            .put("alias", alias)
            .put("version", version)
            .toString());
  }

  private void createModel(ObjectNode request) {
    try {
      client.sendPost("registered-models/create", request.toString());
    } catch (MlflowClientException e) {
      if (!MlflowErrors.says(e, "RESOURCE_ALREADY_EXISTS")) {
        throw e;
      }
    }
  }

  private String createVersion(String name, String runId, String source, Map<String, String> tags) {
    ObjectNode request =
        JSON.createObjectNode().put("name", name).put("source", source).put("run_id", runId);
    ArrayNode list = request.putArray("tags");
    tags.forEach((key, value) -> list.addObject().put("key", key).put("value", value));
    String answer = client.sendPost("model-versions/create", request.toString());
    try {
      return JSON.readTree(answer).path("model_version").path("version").asText();
    } catch (JsonProcessingException e) {
      throw new MlflowClientException(e);
    }
  }
}

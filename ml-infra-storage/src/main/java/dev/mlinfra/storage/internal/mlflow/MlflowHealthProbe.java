package dev.mlinfra.storage.internal.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.check.Texts;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.mlflow.tracking.MlflowClient;

/** Looks whether MLflow is well and lets us in, and which version it is. */
public final class MlflowHealthProbe implements HealthProbe {
  private static final String COMPONENT = "mlflow";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 100;
  private static final int MAX_PAGES = 100;

  private final MlflowCalls calls;

  /**
   * Makes one.
   *
   * @param calls to the server
   */
  public MlflowHealthProbe(MlflowCalls calls) {
    this.calls = calls;
  }

  @Override
  public String component() {
    return COMPONENT;
  }

  @Override
  public ComponentHealth check(Duration budget) {
    long start = System.nanoTime();
    ComponentHealth.Status status = ComponentHealth.Status.UP;
    String detail;
    try {
      detail = "MLflow " + calls.call("a health check", budget, MlflowHealthProbe::look);
    } catch (MlInfraException e) {
      status = ComponentHealth.Status.DOWN;
      detail = String.valueOf(e.getMessage());
    }
    return new ComponentHealth(
        COMPONENT, status, detail, Duration.ofNanos(System.nanoTime() - start));
  }

  @Override
  public List<InventoryItem> inventory() {
    return calls.call(
        "counting",
        calls.target().totalTimeout(),
        session ->
            List.of(
                new InventoryItem(COMPONENT, "experiments", experiments(session.client()), ""),
                new InventoryItem(
                    COMPONENT, "registered_models", registeredModels(session.client()), ""),
                new InventoryItem(
                    COMPONENT, "model_versions", modelVersions(session.client()), "")));
  }

  /** Health and version are open to all; only a call to the API shows whether we are let in. */
  private static String look(MlflowSession session) throws IOException {
    String health = session.page("health");
    if (!health.equals("OK")) {
      throw new MlflowRefused(200, "", "said " + Texts.quote(health) + " but must say OK");
    }
    String version = session.page("version");
    session.client().sendPost("experiments/search", request(1, "").toString());
    return version;
  }

  private static long experiments(MlflowClient client) throws IOException {
    long count = 0;
    String token = "";
    for (int page = 0; page < MAX_PAGES; page++) {
      JsonNode answer =
          JSON.readTree(client.sendPost("experiments/search", request(PAGE, token).toString()));
      count += answer.path("experiments").size();
      token = answer.path("next_page_token").asText("");
      if (token.isEmpty()) {
        return count;
      }
    }
    return count;
  }

  private static long registeredModels(MlflowClient client) throws IOException {
    return count(client, "registered-models/search", "registered_models");
  }

  private static long modelVersions(MlflowClient client) throws IOException {
    return count(client, "model-versions/search", "model_versions");
  }

  private static long count(MlflowClient client, String path, String list) throws IOException {
    long count = 0;
    String token = "";
    for (int page = 0; page < MAX_PAGES; page++) {
      String query = path + "?max_results=" + PAGE;
      if (!token.isEmpty()) {
        query += "&page_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
      }
      JsonNode answer = JSON.readTree(client.sendGet(query));
      count += answer.path(list).size();
      token = answer.path("next_page_token").asText("");
      if (token.isEmpty()) {
        return count;
      }
    }
    return count;
  }

  private static ObjectNode request(int maxResults, String token) {
    ObjectNode request = JSON.createObjectNode().put("max_results", maxResults);
    return token.isEmpty() ? request : request.put("page_token", token);
  }
}

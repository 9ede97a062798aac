package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.check.Texts;
import dev.mlinfra.storage.mlflow.MlflowSession;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.mlflow.api.proto.ModelRegistry.SearchModelVersions;
import org.mlflow.api.proto.ModelRegistry.SearchRegisteredModels;
import org.mlflow.api.proto.Service.SearchExperiments;

/** Looks whether MLflow is well and lets us in, and which version it is. */
public final class MlflowHealthProbe implements HealthProbe {
  private static final String COMPONENT = "mlflow";
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
      detail = calls.call("a health check", budget, this::look);
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
        calls.totalTimeout(),
        session ->
            List.of(
                item("experiments", count(token -> experiments(session, token))),
                item("registered_models", count(token -> models(session, token))),
                item("model_versions", count(token -> versions(session, token)))));
  }

  /** Health and version are open to all; only a call to the API shows whether we are let in. */
  private String look(MlflowSession session) {
    String version = "";
    if (calls.api().wholeServer()) {
      String health = session.page("health");
      if (!health.equals("OK")) {
        throw new UnavailableException(
            calls.api().label()
                + " said "
                + Texts.quote(health)
                + " but must say OK; check the server");
      }
      version = " " + session.page("version");
    }
    session.post(
        "experiments/search",
        SearchExperiments.newBuilder().setMaxResults(1),
        SearchExperiments.Response.newBuilder());
    return "MLflow" + version;
  }

  private static Page experiments(MlflowSession session, String token) {
    SearchExperiments.Response.Builder page =
        session.post(
            "experiments/search",
            SearchExperiments.newBuilder().setMaxResults(PAGE).setPageToken(token),
            SearchExperiments.Response.newBuilder());
    return new Page(page.getExperimentsCount(), page.getNextPageToken());
  }

  private static Page models(MlflowSession session, String token) {
    SearchRegisteredModels.Response.Builder page =
        session.get(
            "registered-models/search",
            SearchRegisteredModels.newBuilder().setMaxResults(PAGE).setPageToken(token),
            SearchRegisteredModels.Response.newBuilder());
    return new Page(page.getRegisteredModelsCount(), page.getNextPageToken());
  }

  private static Page versions(MlflowSession session, String token) {
    SearchModelVersions.Response.Builder page =
        session.get(
            "model-versions/search",
            SearchModelVersions.newBuilder().setMaxResults(PAGE).setPageToken(token),
            SearchModelVersions.Response.newBuilder());
    return new Page(page.getModelVersionsCount(), page.getNextPageToken());
  }

  private static long count(Function<String, Page> pages) {
    long count = 0;
    String token = "";
    for (int i = 0; i < MAX_PAGES; i++) {
      Page page = pages.apply(token);
      count += page.size();
      token = page.next();
      if (token.isEmpty()) {
        break;
      }
    }
    return count;
  }

  private static InventoryItem item(String name, long count) {
    return new InventoryItem(COMPONENT, name, count, "");
  }

  private record Page(int size, String next) {}
}

package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.storage.Mlflow;
import dev.mlinfra.testing.Await;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("containers")
class MlflowInteropIT extends MlflowInterop {
  private static final String REDIRECTING =
      "mkdir -p /tmp/site/health && exec python -m http.server -d /tmp/site 8000";

  MlflowInteropIT() {
    super("3.17.2");
  }

  @Test
  void aHostNameThatMlflowDoesNotKnowIsOneLineThatNamesTheSetting() {
    String address = address(stack().mlflow()) + ":5000";

    assertThat(health("http://" + address))
        .isEqualTo(
            "mlflow at "
                + address
                + " answered HTTP 403 to a health check and refused the host name of the URL"
                + " (Invalid Host header); start MLflow with --allowed-hosts naming that host and"
                + " port, or set MLFLOW_SERVER_ALLOWED_HOSTS");
  }

  @Test
  void aPageInsteadOfJsonIsOneLineThatNamesTheUrl() {
    String console = address(stack().objectStorage()) + ":9001";

    assertThat(health("http://" + console))
        .isEqualTo(
            "mlflow at "
                + console
                + " answered HTTP 200 to a health check and sent 'text/html' but must send JSON;"
                + " check that the URL is MLflow's own, not a login page's or a proxy's");
  }

  @Test
  void aRedirectIsOneLineThatNamesTheUrl() {
    shell().run("docker exec -d %s sh -c '%s'".formatted(container(stack().mlflow()), REDIRECTING));
    String server = address(stack().mlflow()) + ":8000";

    Await.until(
        "mlflow is redirected",
        () -> !health("http://" + server).contains("gave no usable answer"));
    assertThat(health("http://" + server))
        .isEqualTo(
            "mlflow at "
                + server
                + " answered HTTP 301 to a health check but must answer 200: it redirected to 'another path' but"
                + " redirects are not followed; configure the final URL");
  }

  /** What the health check says of MLflow at a URL. */
  private static String health(String url) {
    MlInfraConfig config =
        MlInfraConfig.forService("wrong-url")
            .install(Mlflow.at(url))
            .start(Start.BACKGROUND)
            .build();
    try (MlInfra ml = MlInfra.connect(config)) {
      return ml.health().components().stream()
          .filter(component -> component.component().equals("mlflow"))
          .map(ComponentHealth::detail)
          .findFirst()
          .orElseThrow();
    }
  }
}

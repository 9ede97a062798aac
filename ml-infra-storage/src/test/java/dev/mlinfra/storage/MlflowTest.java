package dev.mlinfra.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.settings.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mlflow.tracking.MlflowClient;

class MlflowTest {
  private static final Secret CANARY = Secret.of("canary-of-a-token");

  @ParameterizedTest
  @ValueSource(
      strings = {"http://mlflow:5000", "http://mlflow:5000/", "https://example.com/team/mlflow"})
  void needsNoMoreThanAnAddress(String url) {
    assertThat(Mlflow.at(url).faults()).isEmpty();
  }

  @Test
  void refusesATimeoutThatDoesNotFitInMilliseconds() {
    assertThat(
            Mlflow.at("http://localhost:5000")
                .totalTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                .faults())
        .singleElement()
        .asString()
        .startsWith("mlflow.totalTimeout in ms was ");
  }

  @Test
  void isValidWithItsDefaultsWrittenOut() {
    Secret token = CANARY;
    // region options
    Mlflow mlflow =
        Mlflow.at("https://mlflow.internal")
            .token(token)
            .connectTimeout(Duration.ofSeconds(3))
            .readTimeout(Duration.ofSeconds(10))
            .totalTimeout(Duration.ofSeconds(20));
    // endregion
    assertThat(mlflow.faults()).isEmpty();
    assertThat(mlflow)
        .usingRecursiveComparison()
        .isEqualTo(Mlflow.at("https://mlflow.internal").token(token));
  }

  @Test
  void refusesATokenThatNoHeaderMayHaveAndDoesNotShowIt() {
    Secret twoLines = Secret.of("canary-of-a-token\n");
    assertThat(Mlflow.at("https://mlflow.internal").token(twoLines).faults())
        .singleElement()
        .asString()
        .contains("token had a character that no HTTP header may have")
        .doesNotContain("canary");
  }

  @Test
  void reportsEveryBrokenRuleAtOnce() {
    Mlflow module =
        Mlflow.at("mlflow:5000")
            .experiment(" ")
            .basicAuth("me", CANARY)
            .token(CANARY)
            .connectTimeout(Duration.ZERO)
            .readTimeout(Duration.ofHours(2))
            .totalTimeout(Duration.ofSeconds(-1));

    assertThat(module.faults())
        .hasSize(6)
        .anySatisfy(line -> assertThat(line).contains("url was 'mlflow:5000'"))
        .anySatisfy(line -> assertThat(line).contains("exclude each other"))
        .anySatisfy(line -> assertThat(line).contains("experiment was ' ' but must not be blank"))
        .anySatisfy(line -> assertThat(line).contains("connectTimeout in ms was 0"))
        .anySatisfy(line -> assertThat(line).contains("readTimeout in ms was 7200000"))
        .allSatisfy(line -> assertThat(line).startsWith("mlflow.").doesNotContain("canary"));
    assertThat(module.toString()).doesNotContain("canary");
  }

  @Test
  void refusesPlainHttpToAPublicHostUnlessAllowed() {
    Mlflow module = Mlflow.at("http://mlflow.example.com");

    assertThat(module.faults()).singleElement().asString().contains("must be https");
    assertThat(module.allowPlaintext().faults()).isEmpty();
  }

  @Test
  void isMadeFromPlainSettings() {
    Settings settings =
        new Settings(
            "mlflow",
            Map.of(
                "url", "http://mlflow.example.com",
                "experiment", "e",
                "user", "u",
                "password", "p",
                "connect_timeout", "PT1S",
                "read_timeout", "PT2S",
                "total_timeout", "PT3S",
                "copy_artifacts_up_to", "1000",
                "allow_plaintext", "true"));

    InfraModule module = new MlflowFactory().create(settings);

    assertThat(module.faults()).isEmpty();
    assertThat(module).hasToString("Mlflow[experiment=e]");
    assertThat(settings.unread()).containsExactly();
    assertThat(module.name()).isEqualTo(new MlflowFactory().section());
  }

  @Test
  void refusesCredentialsBesideAClientThatHasItsOwn() {
    try (MlflowClient client = new MlflowClient("http://mlflow.example.com")) {
      assertThat(Mlflow.on(client).faults()).isEmpty();
      assertThat(Mlflow.on(client).token(CANARY).faults())
          .singleElement()
          .asString()
          .contains("mlflow.on(client) was called with token")
          .doesNotContain("canary");
      assertThat(Mlflow.on(client).copyArtifactsUpTo(1).faults()).hasSize(1);
    }
  }

  @Test
  void wantsUserAndPasswordTogether() {
    Settings settings = new Settings("mlflow", Map.of("url", "http://mlflow", "user", "u"));

    assertThat(new MlflowFactory().create(settings).faults())
        .singleElement()
        .asString()
        .contains("needs user and password");
  }
}

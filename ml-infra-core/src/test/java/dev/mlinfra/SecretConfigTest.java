package dev.mlinfra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.internal.assembly.SecretVariables;
import dev.mlinfra.secret.SecretSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretConfigTest {
  @TempDir Path directory;

  @Test
  void readsItsNamesFromASourceAndIgnoresOthers() throws Exception {
    SecretSource source =
        source("one", Map.of("ML_INFRA_SERVICE", "ranker", "MINIO_ROOT_PASSWORD", "canary"));

    MlInfraConfig config = PlainConfig.from(source);

    assertThat(config.service()).isEqualTo("ranker");
    assertThat(PlainConfig.fromEnvironment(source).service()).isEqualTo("ranker");
  }

  @Test
  void takesTheFirstSourceThatHoldsAName() throws Exception {
    SecretSource first = source("one", Map.of("ML_INFRA_SERVICE", "ranker"));
    SecretSource second =
        source("two", Map.of("ML_INFRA_SERVICE", "other", "ML_INFRA_START", "background"));

    MlInfraConfig config = PlainConfig.from(first, second);

    assertThat(config.service()).isEqualTo("ranker");
    assertThat(config.start()).isEqualTo(Start.BACKGROUND);
  }

  @Test
  void letsVariablesWinUnlessTheyAreBlank() throws Exception {
    SecretSource source =
        source("one", Map.of("ML_INFRA_REDIS_PASSWORD", "b", "ML_INFRA_SERVICE", "b"));

    assertThat(
            new SecretVariables(
                    Map.of(
                        "ML_INFRA_REDIS_PASSWORD", "a",
                        "ML_INFRA_REDIS_URL", "redis://cache",
                        "ML_INFRA_SERVICE", " "),
                    List.of(source))
                .all())
        .containsEntry("ML_INFRA_REDIS_PASSWORD", "a")
        .containsEntry("ML_INFRA_SERVICE", "b");
  }

  @Test
  void leavesOutSecretsOfServersThatTheServiceHasNoAddressOf() throws Exception {
    SecretSource shared =
        source(
            "shared",
            Map.of("ML_INFRA_REDIS_PASSWORD", "r", "ML_INFRA_OBJECTSTORAGE_SECRET_KEY", "s"));

    assertThat(
            new SecretVariables(Map.of("ML_INFRA_REDIS_URL", "redis://cache"), List.of(shared))
                .all())
        .containsOnlyKeys("ML_INFRA_REDIS_URL", "ML_INFRA_REDIS_PASSWORD");
  }

  @Test
  void namesAMisspeltSecretWithoutItsValue() throws Exception {
    SecretSource source =
        source(
            "one",
            Map.of(
                "ML_INFRA_SERVICE", "ranker",
                "ML_INFRA_START", "canary",
                "ML_INFRA_POSTGERS_PASSWORD", "another-canary"));

    assertThatThrownBy(() -> PlainConfig.from(source))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ML_INFRA_POSTGERS_PASSWORD was set but is not known")
        .hasMessageNotContaining("canary");
  }

  @Test
  void hidesTheValueOfAPlainSettingThatCameFromASource() throws Exception {
    SecretSource source =
        source("one", Map.of("ML_INFRA_SERVICE", "ranker", "ML_INFRA_START", "canary"));

    assertThatThrownBy(() -> PlainConfig.from(source))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "ML_INFRA_START was '[REDACTED]' but must be fail_fast or background; correct it");
  }

  @Test
  void aBlankEntryHidesNoOtherFault() throws Exception {
    SecretSource source =
        source(
            "one",
            Map.of(
                "ML_INFRA_SERVICE", "ranker",
                "ML_INFRA_START", "canary",
                "ML_INFRA_REDIS_PASSWORD", " \n"));

    assertThatThrownBy(() -> PlainConfig.from(source))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "ML_INFRA_START was '[REDACTED]' but must be fail_fast or background; correct it");
  }

  private SecretSource source(String name, Map<String, String> secrets) throws Exception {
    Path files = Files.createDirectories(directory.resolve(name));
    for (Map.Entry<String, String> secret : secrets.entrySet()) {
      Files.writeString(files.resolve(secret.getKey()), secret.getValue());
    }
    return SecretSource.directory(files);
  }
}

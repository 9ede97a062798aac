package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.PlainConfig;
import dev.mlinfra.Start;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that is configured by plain variables. */
class EnvironmentConfigIT {
  private static Stack stack;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void activatesTheModuleOfEachSectionWithSecretsFromFiles() {
    useEverything(PlainConfig.fromVariables(variables()));
  }

  @Test
  void readsTheSameKeysFromAPropertiesFile() throws IOException {
    Properties properties = new Properties();
    variables().forEach(properties::setProperty);
    StringWriter text = new StringWriter();
    properties.store(text, null);
    Path file = Files.writeString(directory.resolve("ml-infra.properties"), text.toString());

    useEverything(PlainConfig.fromProperties(file));
  }

  @Test
  void activatesNothingThatHasNoSection() {
    Map<String, String> variables = new TreeMap<>(Map.of("ML_INFRA_SERVICE", "bare"));
    variables.put("PATH", "/bin");
    try (MlInfra ml = MlInfra.connect(PlainConfig.fromVariables(variables))) {
      assertThat(ml.health().components()).isEmpty();
      assertThat(catchThrowableOfType(ModuleMissingException.class, ml::decisions)).isNotNull();
      assertThat(catchThrowableOfType(ModuleMissingException.class, ml::events)).isNotNull();
      assertThat(catchThrowableOfType(ModuleMissingException.class, ml::artifacts)).isNotNull();
    }
  }

  @Test
  void startsInTheBackgroundWhenToldTo() {
    MlInfraConfig config = PlainConfig.fromVariables(with("ML_INFRA_START", "background"));
    assertThat(config.start()).isEqualTo(Start.BACKGROUND);
    refused(
        with("ML_INFRA_START", "later"), "ML_INFRA_START", "'later'", "fail_fast or background");
  }

  @Test
  void namesTheArtifactThatASectionNeeds() throws Exception {
    withoutModules(
        () -> {
          ConfigException refused =
              refused(
                  variables(),
                  "ML_INFRA_POSTGRES_URL was set",
                  "add the artifact dev.mlinfra:ml-infra-postgres",
                  "add the artifact dev.mlinfra:ml-infra-redis",
                  "add the artifact dev.mlinfra:ml-infra-storage");
          assertThat(refused).hasMessageNotContaining(stack.postgres().password().reveal());
        });
  }

  @Test
  void refusesVariablesThatItDoesNotKnow() {
    refused(with("ML_INFRA_POSTGRES_URI", "x"), "ML_INFRA_POSTGRES_URI was set but is not known");
    refused(with("ML_INFRA_KAFKA_URL", "x"), "ML_INFRA_KAFKA_URL was set but is not known");
    refused(with("ML_INFRA_SERVISE", "x"), "ML_INFRA_SERVISE was set but is not known");
  }

  @Test
  void reportsEveryFaultOfTheVariablesAtOnceWithoutTheSecrets() {
    String canary = "canary-" + UUID.randomUUID();
    Map<String, String> variables = variables();
    variables.remove("ML_INFRA_SERVICE");
    variables.put("ML_INFRA_POSTGRES_PASSWORD", canary);
    variables.put("ML_INFRA_REDIS_COMMAND_TIMEOUT", "five");
    variables.put("ML_INFRA_ARTIFACTDIRECTORY_QUOTA_BYTES", "much");
    variables.put("ML_INFRA_TYPO", canary);
    ConfigException refused = refused(variables, "configuration faults");

    assertThat(refused.faults())
        .hasSize(5)
        .anyMatch(line -> line.startsWith("ML_INFRA_SERVICE was not set"))
        .anyMatch(line -> line.startsWith("postgres.password was set twice"))
        .anyMatch(line -> line.startsWith("redis.command_timeout was 'five' but must be an ISO"))
        .anyMatch(line -> line.contains("quota_bytes was 'much' but must be a whole number"))
        .anyMatch(line -> line.startsWith("ML_INFRA_TYPO was set"));
    Leaks.assertNowhere(canary, refused);
  }

  @Test
  void refusesASecretFileThatIsNotThereOrEmpty() throws IOException {
    Path missing = directory.resolve("missing");
    Path empty = Files.createFile(directory.resolve("empty"));
    refused(with("ML_INFRA_POSTGRES_PASSWORD_FILE", missing.toString()), "secret file " + missing);
    refused(
        with("ML_INFRA_POSTGRES_PASSWORD_FILE", empty.toString()),
        "secret file " + empty + " was empty");
  }

  @Test
  void refusesANumberThatIsTooLargeInsteadOfCuttingIt() {
    ConfigException refused =
        refused(
            with("ML_INFRA_POSTGRES_EMBEDDING_DIMENSIONS", "4294967360"),
            "postgres.embeddingDimensions",
            "16000");
    assertThat(refused.faults()).hasSize(1);
  }

  private static void useEverything(MlInfraConfig config) {
    try (MlInfra ml = MlInfra.connect(config)) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      DecisionProducer decisions = new DecisionProducer(ml.decisions(), "configured");
      UUID decision = decisions.log("item-1").id();
      EventProducer events = new EventProducer(ml.events());
      events.make();
      Artifact artifact = ml.artifacts().put(new ByteArrayInputStream(new byte[] {7}));
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
      assertThat(ml.events().flush(Duration.ofSeconds(30))).isTrue();

      assertThat(ml.artifacts().read(artifact)).containsExactly(7);
      assertThat(
              new Sql(stack.postgres())
                  .column(
                      "SELECT source FROM ml_learning.agent_decisions WHERE decision_id = ?",
                      decision))
          .singleElement()
          .asString()
          .startsWith("configured-");
      assertThat(ml.health().healthy()).isTrue();
    }
  }

  private static Map<String, String> variables() {
    return new TreeMap<>(
        Map.of(
            "ML_INFRA_SERVICE", "configured",
            "ML_INFRA_POSTGRES_URL", stack.jdbcUrl(),
            "ML_INFRA_POSTGRES_USER", stack.postgres().user(),
            "ML_INFRA_POSTGRES_PASSWORD_FILE", stack.postgres().passwordFile().toString(),
            "ML_INFRA_REDIS_URL", stack.redis().url(),
            "ML_INFRA_REDIS_PASSWORD_FILE", stack.redis().passwordFile().toString(),
            "ML_INFRA_ARTIFACTDIRECTORY_PATH", stack.artifacts().toString()));
  }

  private static Map<String, String> with(String variable, String value) {
    Map<String, String> variables = variables();
    variables.put(variable, value);
    return variables;
  }

  /** As on a class path that has core alone: no module can be found. */
  private static void withoutModules(ThrowingCallable call) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      call.call();
    } catch (Error | Exception e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static ConfigException refused(Map<String, String> variables, String... parts) {
    ConfigException thrown =
        catchThrowableOfType(ConfigException.class, () -> PlainConfig.fromVariables(variables));
    assertThat(thrown).as("a ConfigException").isNotNull();
    Message.assertClear(thrown.getMessage(), parts);
    return thrown;
  }
}

package dev.mlinfra.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mlinfra.error.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExporterConfigTest {
  private static final Path SAMPLE = Path.of("../monitoring/exporter/exporter.properties");

  @TempDir private Path directory;

  @Test
  void defaultsAreThoseOfTheStack() {
    ExporterConfig config = ExporterConfig.of(Map.of("redis.url", "redis://cache"));

    assertThat(config.listen().getHostString()).isEqualTo("127.0.0.1");
    assertThat(config.listen().getPort()).isEqualTo(9464);
    assertThat(config.mlflow()).isEmpty();
    assertThat(config.storage()).isEmpty();
    assertThat(config.postgres()).isEmpty();
    RedisOptions redis = config.redis().orElseThrow();
    assertThat(redis.port()).isEqualTo(6379);
    assertThat(redis.stream()).isEqualTo("ml-learning-events");
    assertThat(redis.budgetBytes()).isEqualTo(2L << 30);
    assertThat(redis.pace())
        .isEqualTo(new Pace(Duration.ofSeconds(15), Duration.ofMinutes(1), Duration.ofSeconds(5)));
  }

  @Test
  void everyPropertyIsRead() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "s3cret\n");
    ExporterConfig config =
        ExporterConfig.of(
            Map.ofEntries(
                Map.entry("listen", "0.0.0.0:1234"),
                Map.entry("mlflow.url", "https://mlflow.example.org/root"),
                Map.entry("mlflow.username", "eve"),
                Map.entry("mlflow.password-file", password.toString()),
                Map.entry("mlflow.max-pages", "7"),
                Map.entry("mlflow.interval", "PT1S"),
                Map.entry("mlflow.detail-interval", "PT2S"),
                Map.entry("mlflow.timeout", "PT3S"),
                Map.entry("objectstorage.url", "http://minio:9000"),
                Map.entry("objectstorage.bucket", "other-bucket"),
                Map.entry("objectstorage.region", "eu-1"),
                Map.entry("objectstorage.access-key-file", password.toString()),
                Map.entry("objectstorage.secret-key-file", password.toString()),
                Map.entry("objectstorage.quota-bytes", "99"),
                Map.entry("objectstorage.max-pages", "3"),
                Map.entry("postgres.url", "jdbc:postgresql://a:1,b:2/detektor"),
                Map.entry("postgres.user", "ml"),
                Map.entry("postgres.password-file", password.toString()),
                Map.entry("postgres.schema", "shadow"),
                Map.entry("postgres.completeness-window", "PT1H"),
                Map.entry("redis.url", "rediss://cache.example.org:7000/3"),
                Map.entry("redis.user", "watcher"),
                Map.entry("redis.password-file", password.toString()),
                Map.entry("redis.stream", "events"),
                Map.entry("redis.memory-budget-bytes", "1000"),
                Map.entry("redis.max-keys", "5000")));

    assertThat(config.listen().getPort()).isEqualTo(1234);
    MlflowOptions mlflow = config.mlflow().orElseThrow();
    assertThat(mlflow.username()).contains("eve");
    assertThat(mlflow.password().orElseThrow().reveal()).isEqualTo("s3cret");
    assertThat(mlflow.maxPages()).isEqualTo(7);
    assertThat(mlflow.pace())
        .isEqualTo(new Pace(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3)));
    StorageOptions storage = config.storage().orElseThrow();
    assertThat(List.of(storage.bucket(), storage.region())).containsExactly("other-bucket", "eu-1");
    assertThat(storage.quotaBytes()).isEqualTo(99);
    assertThat(storage.maxPages()).isEqualTo(3);
    PostgresOptions postgres = config.postgres().orElseThrow();
    assertThat(List.of(postgres.user(), postgres.schema())).containsExactly("ml", "shadow");
    assertThat(postgres.window()).isEqualTo(Duration.ofHours(1));
    RedisOptions redis = config.redis().orElseThrow();
    assertThat(redis.tls()).isTrue();
    assertThat(redis.port()).isEqualTo(7000);
    assertThat(redis.database()).isEqualTo("3");
    assertThat(redis.user()).contains("watcher");
    assertThat(redis.stream()).isEqualTo("events");
    assertThat(redis.budgetBytes()).isEqualTo(1000);
    assertThat(redis.maxKeys()).isEqualTo(5000);
  }

  @Test
  void theSampleIsGood() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "x");
    Properties sample = new Properties();
    sample.load(Files.newBufferedReader(SAMPLE));
    Map<String, String> values = new HashMap<>();
    sample
        .stringPropertyNames()
        .forEach(
            key ->
                values.put(
                    key, key.endsWith("-file") ? secret.toString() : sample.getProperty(key)));

    ExporterConfig config = ExporterConfig.of(values);

    assertThat(config.mlflow()).isPresent();
    assertThat(config.storage()).isPresent();
    assertThat(config.postgres()).isPresent();
    assertThat(config.redis()).isPresent();
  }

  @Test
  void refusesARegionThatNoSignatureMayHave() {
    Map<String, String> spaced =
        Map.of("objectstorage.url", "http://127.0.0.1:9000", "objectstorage.region", "eu central");
    assertThat(refused(spaced).faults())
        .anyMatch(fault -> fault.startsWith("objectstorage.region was 'eu central' but must be"));
  }

  @Test
  void allFaultsAreReportedTogether() {
    ConfigException refused =
        refused(
            Map.of(
                "listen", "here",
                "mlflow.url", "ftp://mlflow",
                "mlflow.interval", "5s",
                "mlflow.max-pages", "many",
                "objectstorage.url", "http://s3.example.org",
                "objectstorage.bucket", "No Bucket",
                "postgres.url", "jdbc:postgresql://db.example.org/ml",
                "postgres.timeout", "PT0S",
                "redis.port", "6379",
                "rdis.url", "redis://x"));

    assertThat(refused.faults())
        .allMatch(fault -> !fault.contains("\n"))
        .anyMatch(fault -> fault.startsWith("listen was 'here' but must be host:port"))
        .anyMatch(fault -> fault.startsWith("mlflow.url was 'ftp://mlflow' but must be http or"))
        .anyMatch(fault -> fault.startsWith("mlflow.interval was '5s' but must be an ISO-8601"))
        .anyMatch(fault -> fault.startsWith("mlflow.max-pages was 'many' but must be a whole"))
        .anyMatch(fault -> fault.startsWith("objectstorage.url was ") && fault.contains("use TLS"))
        .anyMatch(fault -> fault.startsWith("objectstorage.bucket was 'No Bucket' but"))
        .anyMatch(fault -> fault.startsWith("objectstorage.access-key-file was not set"))
        .anyMatch(fault -> fault.startsWith("postgres.user was not set but is required"))
        .anyMatch(fault -> fault.contains("add sslmode=verify-full"))
        .anyMatch(fault -> fault.startsWith("postgres.timeout was "))
        .anyMatch(fault -> fault.startsWith("redis.url was not set but is required"))
        .anyMatch(fault -> fault.startsWith("redis.port was set but is no property"))
        .anyMatch(fault -> fault.startsWith("rdis.url was set but") && fault.contains("sections"));
  }

  @Test
  void aRedisDatabaseIsANumber() {
    assertThat(refused(Map.of("redis.url", "redis://cache/events")).faults())
        .singleElement()
        .asString()
        .startsWith("redis.url was redis://cache/events but must end with a database's number");
  }

  @Test
  void aFileWithoutAServerIsRefused() {
    assertThat(refused(Map.of("listen", "127.0.0.1:1")).faults())
        .singleElement()
        .asString()
        .startsWith("no server was named but at least one must be");
  }

  @Test
  void secretsInTheFileAreRefusedAndNotShown() {
    ConfigException refused =
        refused(
            Map.of(
                "redis.url", "redis://user:hunter2@cache",
                "redis.password", "hunter2",
                "postgres.url", "jdbc:postgresql://db/ml?password=hunter2",
                "postgres.user", "ml",
                "mlflow.url", "http://mlflow",
                "mlflow.password-file", directory.resolve("none").toString()));

    assertThat(refused).hasMessageNotContaining("hunter2");
    assertThat(refused.faults())
        .anyMatch(fault -> fault.startsWith("redis.password was set but a secret must not stand"))
        .anyMatch(fault -> fault.startsWith("mlflow.password-file: secret file"));
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ExporterConfig.read(directory.resolve("none.properties")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.properties' was not readable (NoSuchFileException)");
  }

  private static ConfigException refused(Map<String, String> properties) {
    return catchThrowableOfType(ConfigException.class, () -> ExporterConfig.of(properties));
  }
}

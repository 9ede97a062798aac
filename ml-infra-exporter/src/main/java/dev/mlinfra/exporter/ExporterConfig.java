package dev.mlinfra.exporter;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.check.Hosts;
import dev.mlinfra.spi.check.NameRule;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the exporter probes and where it listens.
 *
 * @param listen where /metrics is served
 * @param mlflow absent when it is not probed; so the others
 * @param storage the object storage
 * @param postgres the database
 * @param redis the cache and stream
 */
record ExporterConfig(
    InetSocketAddress listen,
    Optional<MlflowOptions> mlflow,
    Optional<StorageOptions> storage,
    Optional<PostgresOptions> postgres,
    Optional<RedisOptions> redis) {
  private static final Pattern REGION = Pattern.compile("(?i)[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?");
  private static final List<String> SECTIONS =
      List.of("mlflow", "objectstorage", "postgres", "redis");
  private static final long GIB = 1L << 30;

  static ExporterConfig read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          "configuration '"
              + file
              + "' was not readable ("
              + e.getClass().getSimpleName()
              + ") but must be a properties file; check its path, its mode and its backslashes",
          e);
    }
    return of(
        properties.stringPropertyNames().stream()
            .collect(Collectors.toMap(key -> key, properties::getProperty)));
  }

  /**
   * @throws ConfigException with all faults
   */
  static ExporterConfig of(Map<String, String> properties) {
    ConfigReader reader = new ConfigReader(properties);
    ExporterConfig config =
        new ExporterConfig(
            listen(reader), mlflow(reader), storage(reader), postgres(reader), redis(reader));
    reader.refuseUnread(SECTIONS);
    if (SECTIONS.stream().noneMatch(reader::section)) {
      reader
          .faults()
          .addLine(
              "no server was named but at least one must be; set mlflow.url, objectstorage.url,"
                  + " postgres.url or redis.url");
    }
    reader.faults().throwIfAny();
    return config;
  }

  private static InetSocketAddress listen(ConfigReader reader) {
    String text = reader.text("listen").orElse("127.0.0.1:9464");
    if (!text.matches("\\[?[0-9A-Za-z.:_-]+\\]?:\\d{1,5}")
        || Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)) > 65_535) {
      reader.faults().add("listen", text, "must be host:port", "write 127.0.0.1:9464");
      return new InetSocketAddress(0);
    }
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private static Optional<MlflowOptions> mlflow(ConfigReader reader) {
    return !reader.section("mlflow")
        ? Optional.empty()
        : Optional.of(
            new MlflowOptions(
                reader.url("mlflow.url", "http", "https"),
                reader.text("mlflow.username"),
                reader.secret("mlflow.password"),
                reader.pace("mlflow"),
                (int) reader.number("mlflow.max-pages", 10, 1, 1_000)));
  }

  private static Optional<StorageOptions> storage(ConfigReader reader) {
    if (!reader.section("objectstorage")) {
      return Optional.empty();
    }
    String bucket = reader.text("objectstorage.bucket").orElse("mlflow-artifacts");
    reader.faults().name("objectstorage.bucket", bucket, NameRule.BUCKET);
    String region = reader.text("objectstorage.region").orElse("us-east-1");
    if (!REGION.matcher(region).matches()) {
      reader
          .faults()
          .add("objectstorage.region", region, "must be 1 to 63 of a-z 0-9 _ -", "correct it");
    }
    return Optional.of(
        new StorageOptions(
            reader.url("objectstorage.url", "http", "https"),
            bucket,
            region,
            reader.requiredSecret("objectstorage.access-key"),
            reader.requiredSecret("objectstorage.secret-key"),
            reader.number("objectstorage.quota-bytes", 10 * GIB, 1, Long.MAX_VALUE),
            (int) reader.number("objectstorage.max-pages", 100, 1, 10_000),
            reader.pace("objectstorage")));
  }

  private static Optional<PostgresOptions> postgres(ConfigReader reader) {
    if (!reader.section("postgres")) {
      return Optional.empty();
    }
    String schema = reader.text("postgres.schema").orElse("ml_learning");
    reader.faults().name("postgres.schema", schema, NameRule.SCHEMA);
    return Optional.of(
        new PostgresOptions(
            jdbcUrl(reader),
            reader.required("postgres.user"),
            reader.secret("postgres.password"),
            schema,
            reader.duration("postgres.completeness-window", Duration.ofMinutes(10)),
            reader.pace("postgres")));
  }

  private static String jdbcUrl(ConfigReader reader) {
    String url = reader.required("postgres.url");
    if (url.equals("none")) {
      return url;
    }
    if (!url.matches("jdbc:postgresql://[^/?]+/[^/?]+(\\?.*)?") || url.contains("password=")) {
      reader
          .faults()
          .add(
              "postgres.url",
              url.contains("password=") ? "[REDACTED]" : url,
              "must be jdbc:postgresql://host:port/database without a password",
              "correct it; the password goes to the file that postgres.password-file names");
      return url;
    }
    boolean allowed = reader.text("postgres.allow-plaintext").orElse("false").equals("true");
    String hosts = url.replaceFirst("jdbc:postgresql://([^/?]+).*", "$1");
    for (String host : hosts.split(",", -1)) {
      String name = host.replaceFirst(":\\d+$", "");
      if (!allowed && !Hosts.isPrivate(name) && !url.contains("sslmode=verify-full")) {
        reader
            .faults()
            .add(
                "postgres.url",
                url.replaceFirst("\\?.*", ""),
                "must be encrypted for a public host",
                "add sslmode=verify-full, or set postgres.allow-plaintext=true");
      }
    }
    return url;
  }

  private static Optional<RedisOptions> redis(ConfigReader reader) {
    if (!reader.section("redis")) {
      return Optional.empty();
    }
    RedisOptions redis =
        new RedisOptions(
            reader.url("redis.url", "redis", "rediss"),
            reader.text("redis.user"),
            reader.secret("redis.password"),
            reader.text("redis.stream").orElse("ml-learning-events"),
            reader.number("redis.memory-budget-bytes", 2 * GIB, 1, Long.MAX_VALUE),
            (int) reader.number("redis.max-keys", 20_000, 1_000, 10_000_000),
            reader.pace("redis"));
    if (!redis.database().matches("\\d{1,4}")) {
      reader
          .faults()
          .add(
              "redis.url", redis.url(), "must end with a database's number", "write /0 or nothing");
    }
    return Optional.of(redis);
  }
}

package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresTest {
  private static final String URL = "jdbc:postgresql://localhost:5432/ml";

  @Test
  void isValidWithItsDefaults() {
    assertThat(Postgres.at(URL).faults()).isEmpty();
    assertThat(Postgres.at(URL).name()).isEqualTo("postgres");
    assertThat(Postgres.at(URL)).hasToString("Postgres[localhost:5432/ml ml_learning]");
  }

  @Test
  void isValidWithEveryOptionSet() {
    Postgres all =
        Postgres.at("postgres://db.example.com:6432/ml?sslmode=require")
            .user("app")
            .password(Secret.of("canary"))
            .schema("other")
            .embeddingDimensions(8)
            .connectTimeout(Duration.ofSeconds(1))
            .statementTimeout(Duration.ofSeconds(2))
            .migrationTimeout(Duration.ofSeconds(3))
            .connections(3, 1)
            .allowPlaintext();
    assertThat(all.faults()).isEmpty();
    assertThat(all).hasToString("Postgres[db.example.com:6432/ml other]");
  }

  @Test
  void isValidWithItsDefaultsWrittenOut() {
    Secret secret = Secret.of("canary");
    // region options
    Postgres postgres =
        Postgres.at("jdbc:postgresql://db:5432/ml")
            .user("ranker")
            .password(secret)
            .schema("ml_learning")
            .embeddingDimensions(64)
            .connectTimeout(Duration.ofSeconds(5))
            .statementTimeout(Duration.ofSeconds(30))
            .migrationTimeout(Duration.ofMinutes(1))
            .connections(4, 2);
    // endregion
    assertThat(postgres.faults()).isEmpty();
    assertThat(postgres)
        .usingRecursiveComparison()
        .isEqualTo(Postgres.at("jdbc:postgresql://db:5432/ml").user("ranker").password(secret));
  }

  @Test
  void leavesTheOriginalAsItWas() {
    Postgres first = Postgres.at(URL);
    first.schema("other");
    assertThat(first.toString()).contains("ml_learning");
  }

  @Test
  void namesEveryBrokenRuleAtOnce() {
    Postgres broken =
        Postgres.at(URL)
            .schema("x\"; DROP SCHEMA ml_learning")
            .embeddingDimensions(0)
            .connectTimeout(Duration.ZERO)
            .statementTimeout(Duration.ofDays(2))
            .migrationTimeout(Duration.ofMillis(-1))
            .connections(1, 101);
    assertThat(broken.faults())
        .hasSize(7)
        .anyMatch(line -> line.startsWith("postgres.schema was 'x\"; DROP SCHEMA ml_learning' but"))
        .anyMatch(line -> line.startsWith("postgres.embeddingDimensions was 0 but must be 1 to"))
        .anyMatch(line -> line.startsWith("postgres.connectTimeout was PT0S but must be 250 ms"))
        .anyMatch(line -> line.startsWith("postgres.statementTimeout was PT48H but"))
        .anyMatch(line -> line.startsWith("postgres.migrationTimeout was PT-0.001S but"))
        .anyMatch(line -> line.startsWith("postgres.connections forReads was 1 but"))
        .anyMatch(line -> line.startsWith("postgres.connections forDecisions was 101 but"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"public", "pg_catalog", "information_schema", "Ml", "", "1a"})
  void refusesASchemaThatIsNotOurOwn(String schema) {
    assertThat(Postgres.at(URL).schema(schema).faults()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://app:canary@localhost/ml",
        "postgres://app:canary@localhost/ml",
        "jdbc:postgresql://localhost/ml?password=canary",
        "jdbc:postgresql://localhost/ml?user=app&sslpassword=canary",
        "jdbc:postgresql://localhost/ml?PASSWORD=canary"
      })
  void refusesAPasswordInTheUrlWithoutShowingIt(String url) {
    List<String> faults = Postgres.at(url).faults();
    assertThat(faults).hasSize(1);
    assertThat(faults.get(0)).contains("postgres.url").doesNotContain("canary");
    assertThat(Postgres.at(url).toString()).doesNotContain("canary");
    assertThatThrownBy(() -> OpenPostgres.of(Postgres.at(url)))
        .isInstanceOf(ConfigException.class)
        .hasMessageNotContaining("canary");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "jdbc:mysql://localhost/ml", "jdbc:postgresql://localhost:x/ml"})
  void refusesWhatIsNoPostgresUrl(String url) {
    assertThat(Postgres.at(url).faults()).hasSize(1);
  }

  @Test
  void refusesTheQueryModeThatSendsValuesInsideTheSqlText() {
    assertThat(Postgres.at(URL + "?preferQueryMode=simple").faults())
        .containsExactly(
            "postgres.url preferQueryMode was 'simple' but must not be simple, which sends values"
                + " inside the SQL text; remove the parameter");
  }

  @ParameterizedTest
  @CsvSource({
    "db.example.com, disable, false",
    "db.example.com, prefer, false",
    "db.example.com, require, false",
    "db.example.com, verify-ca, false",
    "db.example.com, verify-full, true",
    "8.8.8.8, require, false",
    "localhost, disable, true",
    "db, disable, true",
    "10.1.2.3, disable, true",
  })
  void demandsVerifiedTlsOfPublicHosts(String host, String mode, boolean valid) {
    Postgres module = Postgres.at("jdbc:postgresql://" + host + "/ml?sslmode=" + mode);
    assertThat(module.faults().isEmpty()).isEqualTo(valid);
    assertThat(module.allowPlaintext().faults()).isEmpty();
  }

  @Test
  void isMadeFromPlainSettings() {
    Map<String, String> values = new HashMap<>();
    Stream.of("user", "password").forEach(key -> values.put(key, "canary"));
    values.put("url", URL);
    values.put("schema", "other");
    values.put("embedding_dimensions", "8");
    values.put("connect_timeout", "PT1S");
    values.put("statement_timeout", "PT2S");
    values.put("migration_timeout", "PT3S");
    values.put("allow_plaintext", "true");
    Settings settings = new Settings("postgres", values);
    ModuleFactory factory =
        ServiceLoader.load(ModuleFactory.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(it -> it.section().equals("postgres"))
            .findFirst()
            .orElseThrow();

    assertThat(factory.create(settings)).hasToString("Postgres[localhost:5432/ml other]");
    assertThat(settings.unread()).isEmpty();
    assertThat(factory.create(settings).faults()).isEmpty();
  }
}

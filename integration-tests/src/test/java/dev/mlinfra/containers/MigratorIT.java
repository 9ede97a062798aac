package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.ContainerStack;
import dev.mlinfra.embedded.EmbeddedPostgres;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Sandbox;
import dev.mlinfra.integration.TestLog;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("containers")
class MigratorIT {
  private static final Path BINARIES =
      Path.of(System.getProperty("mlinfra.postgres.binaries", "target/postgres"));
  private static final String HYPERTABLES =
      "SELECT count(*) FROM timescaledb_information.hypertables"
          + " WHERE hypertable_name LIKE 'ml\\_%'";
  private static final String EMBEDDING =
      "SELECT udt_name FROM information_schema.columns"
          + " WHERE table_name = 'learned_patterns' AND column_name = 'embedding'";

  private static ContainerStack stack;

  @BeforeAll
  static void start() {
    stack = ContainerStack.builder().postgres().start();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"15", "17", "18"})
  void makesTheSchemaOnPlainPostgres(String version) throws SQLException {
    EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
    if (!version.equals("17")) {
      builder.binaries(BINARIES.resolve(version + ".jar"));
    }
    try (EmbeddedPostgres server = builder.start()) {
      assertThat(first(server, "SHOW server_version")).startsWith(version + ".");
      makesTheSchemaOnce(server);
      assertThat(first(server, "SELECT count(*) FROM pg_partitioned_table")).isNotEqualTo("0");
    }
  }

  @Test
  void makesHypertablesAndVectorsWhereTheExtensionsAreThere() throws SQLException {
    makesTheSchemaOnce(stack.postgres());
    assertThat(first(stack.postgres(), HYPERTABLES)).isEqualTo("2");
    assertThat(
            first(stack.postgres(), "SELECT count(*) FROM pg_extension WHERE extname = 'vector'"))
        .isEqualTo("1");
  }

  @Test
  void doesWithoutAnExtensionThatTheRoleMayNotCreateAndSaysWhoMayHow() throws Exception {
    Secret password = Secret.of(UUID.randomUUID().toString());
    try (Sandbox sandbox = stack.sandbox();
        Connection superuser = connect(stack.postgres(), sandbox.jdbcUrl());
        Statement statement = superuser.createStatement()) {
      statement.execute("CREATE ROLE limited LOGIN PASSWORD '" + password.reveal() + "'");
      statement.execute("CREATE SCHEMA ml_learning AUTHORIZATION limited");
      MlInfraConfig config =
          MlInfraConfig.forService("limited")
              .install(Postgres.at(sandbox.jdbcUrl()).user("limited").password(password))
              .build();
      try (MlInfra ml = MlInfra.connect(config)) {
        ml.ensureSchema();
      }
      assertThat(first(statement, EMBEDDING)).isEqualTo("_float4");
      assertThat(first(statement, "SELECT count(*) FROM pg_partitioned_table")).isEqualTo("2");

      statement.execute("DROP SCHEMA ml_learning CASCADE");
      statement.execute("CREATE SCHEMA ml_learning AUTHORIZATION limited");
      statement.execute(advised(sandbox, "timescaledb"));
      statement.execute(advised(sandbox, "vector"));
      try (MlInfra ml = MlInfra.connect(config)) {
        ml.ensureSchema();
      }
      assertThat(first(statement, EMBEDDING)).isEqualTo("vector");
      assertThat(first(statement, HYPERTABLES)).isEqualTo("2");
    }
  }

  /** The command that the log's one line about an extension gives. */
  private static String advised(Sandbox sandbox, String extension) {
    String server = sandbox.jdbcUrl().replace("jdbc:postgresql://", "");
    List<String> lines =
        TestLog.lines().stream()
            .filter(line -> line.contains("postgres '" + server + "'"))
            .filter(line -> line.contains("permission denied to create extension"))
            .filter(line -> line.endsWith("CREATE EXTENSION " + extension))
            .toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .contains("for role 'limited' to have it, run as a superuser in database 'sandbox_");
    return lines.get(0).substring(lines.get(0).lastIndexOf("CREATE EXTENSION"));
  }

  private static void makesTheSchemaOnce(PostgresServer server) throws SQLException {
    String history =
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'ml_learning'";
    String tables;
    try (MlInfra ml = MlInfra.connect(config(server))) {
      ml.ensureSchema();
      tables = first(server, history);
      ml.decisions().log(Decision.by("ranker").action("item-79").features(1, 2).build());
      assertThat(ml.decisions().flush(Duration.ofSeconds(60))).isTrue();
    }
    assertThat(Integer.parseInt(tables)).isGreaterThan(6);
    try (MlInfra ml = MlInfra.connect(config(server))) {
      ml.ensureSchema().verifySchema();
    }
    assertThat(first(server, "SELECT action FROM ml_learning.agent_decisions"))
        .isEqualTo("item-79");
  }

  private static MlInfraConfig config(PostgresServer server) {
    return MlInfraConfig.forService("migrator")
        .install(Postgres.at(server.jdbcUrl()).user(server.user()).password(server.password()))
        .build();
  }

  private static String first(PostgresServer server, String query) throws SQLException {
    try (Connection connection = connect(server, server.jdbcUrl());
        Statement statement = connection.createStatement()) {
      return first(statement, query);
    }
  }

  private static String first(Statement statement, String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      assertThat(rows.next()).as(query).isTrue();
      return rows.getString(1);
    }
  }

  private static Connection connect(PostgresServer server, String url) throws SQLException {
    return DriverManager.getConnection(url, server.user(), server.password().reveal());
  }
}

package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.ContainerStack;
import dev.mlinfra.embedded.EmbeddedPostgres;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.postgres.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("containers")
class MigratorIT {
  private static final Path BINARIES =
      Path.of(System.getProperty("mlinfra.postgres.binaries", "target/postgres"));

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
    try (ContainerStack stack = ContainerStack.builder().postgres().start()) {
      makesTheSchemaOnce(stack.postgres());
      assertThat(
              first(
                  stack.postgres(),
                  "SELECT count(*) FROM timescaledb_information.hypertables"
                      + " WHERE hypertable_name LIKE 'ml\\_%'"))
          .isEqualTo("2");
      assertThat(
              first(stack.postgres(), "SELECT count(*) FROM pg_extension WHERE extname = 'vector'"))
          .isEqualTo("1");
    }
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
    try (Connection connection =
            DriverManager.getConnection(
                server.jdbcUrl(), server.user(), server.password().reveal());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      assertThat(rows.next()).as(query).isTrue();
      return rows.getString(1);
    }
  }
}

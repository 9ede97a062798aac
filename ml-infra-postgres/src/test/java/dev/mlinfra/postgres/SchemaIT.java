package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

class SchemaIT {
  private static final int MIGRATIONS = SchemaScripts.latest();
  private final TestDatabase database = TestDatabase.create();

  @Test
  void makesTheSchemaOnceHoweverOften() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      postgres.schema().ensure();
      postgres.schema().verify();
    }
    assertThat(history()).isEqualTo(MIGRATIONS);
    assertThat(
            database.text(
                "SELECT table_name FROM information_schema.tables"
                    + " WHERE table_schema = 'ml_learning' AND table_name LIKE 'ml\\_%' ORDER BY 1"))
        .isEqualTo("ml_decision_metrics,ml_model_metrics");
  }

  @Test
  void appliesEachMigrationOnceForEightProcessesAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(threads.submit(() -> OpenPostgres.ready(database).close()));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(history()).isEqualTo(MIGRATIONS);
  }

  @Test
  void refusesANewerSchema() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      database.execute("INSERT INTO ml_learning.schema_history VALUES (99, 'later', 'x')");
      assertThatThrownBy(() -> postgres.schema().ensure())
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "schema 'ml_learning' was at version 99 but this release knows versions up to "
                  + MIGRATIONS
                  + "; use the release of ml-infra that made it");
      assertThatThrownBy(() -> postgres.schema().verify()).isInstanceOf(ConfigException.class);
    }
  }

  @Test
  void refusesASchemaThatAnEditedMigrationMade() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      database.execute(
          "UPDATE ml_learning.schema_history SET checksum = 'edited' WHERE version = 3");
      assertThatThrownBy(() -> postgres.schema().ensure())
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith(
              "migration 3 'features' of schema 'ml_learning' was applied with checksum edited but")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void saysWhichMigrationAnOlderSchemaLacksAndAppliesIt() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      database.execute("DROP TABLE ml_learning.dead_letters");
      database.execute("DELETE FROM ml_learning.schema_history WHERE version >= 7");
      assertThatThrownBy(() -> postgres.schema().verify())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("was without migration 7 'dead-letters'")
          .hasMessageContaining("call ensureSchema()");
      postgres.schema().ensure();
      postgres.schema().verify();
    }
    assertThat(database.count("ml_learning.dead_letters")).isZero();
  }

  @Test
  void refusesASchemaWithAHoleInItsHistory() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      database.execute("DELETE FROM ml_learning.schema_history WHERE version = 4");
      assertThatThrownBy(() -> postgres.schema().ensure())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("was without migration 4 'patterns' but has later ones");
    }
  }

  @Test
  void refusesAnotherLengthOfEmbeddings() {
    OpenPostgres.ready(database).close();
    try (OpenPostgres postgres = OpenPostgres.of(database.module().embeddingDimensions(8))) {
      assertThatThrownBy(() -> postgres.schema().verify())
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "postgres.embeddingDimensions was 8 but schema 'ml_learning' was made for 64;"
                  + " pass 64");
    }
  }

  @Test
  void namesRoleDatabaseAndCommandWhenTheRightToCreateASchemaIsMissing() {
    String role = role();
    String refusal = "permission denied for database " + database.name();
    refused(role, "create schema 'ml_learning'", refusal, "database's owner")
        .hasMessageEndingWith(
            "run GRANT CREATE ON DATABASE %s TO %s, or have a DBA run exportDdl()",
            database.name(), role);
    assertThat(database.count("pg_namespace WHERE nspname = 'ml_learning'")).isZero();

    database.execute("GRANT CREATE ON DATABASE " + database.name() + " TO " + role);
    ensure(role);
  }

  @Test
  void namesTheCommandWhenASchemaThatIsThereMayNotBeFilled() {
    String role = role();
    database.execute("CREATE SCHEMA ml_learning");
    refused(
            role,
            "create tables in schema 'ml_learning'",
            "permission denied for schema ml_learning",
            "schema's owner")
        .hasMessageEndingWith(
            "run GRANT USAGE, CREATE ON SCHEMA \"ml_learning\" TO %s, or have a DBA run exportDdl()",
            role);

    database.execute("GRANT USAGE, CREATE ON SCHEMA ml_learning TO " + role);
    ensure(role);
  }

  @Test
  void namesTheScriptWhenTheSchemaMayNotBeRead() {
    String role = role();
    OpenPostgres.ready(database).close();
    refused(
            role,
            "read schema 'ml_learning'",
            "permission denied for schema ml_learning",
            "schema's owner")
        .hasMessageEndingWith(
            "run psql -d %s -v schema=ml_learning -v role=%s -f scripts/sql/grant-ml-service.sql",
            database.name(), role);
  }

  @Test
  void namesTheOwnerWhenAnOlderSchemaMayNotBeChanged() throws IOException {
    String role = role();
    OpenPostgres.ready(database).close();
    database.execute(SchemaScripts.plain(SchemaScripts.GRANTS, "ml_learning", role));
    database.execute("DROP TABLE ml_learning.dead_letters");
    database.execute("DELETE FROM ml_learning.schema_history WHERE version >= 7");
    refused(
            role,
            "bring schema 'ml_learning' up to date",
            "permission denied for schema ml_learning",
            "as its owner 'postgres'")
        .hasMessageEndingWith("run exportDdl(), which this release needs first");
  }

  @Test
  void leavesTheSchemaAloneWhileAnotherProcessMigrates() throws Exception {
    try (OpenPostgres postgres =
            OpenPostgres.of(database.module().migrationTimeout(Duration.ofMillis(500)));
        Connection other = database.connect();
        Statement statement = other.createStatement()) {
      String ddl = postgres.schema().exportDdl();
      String lock =
          ddl.lines().filter(line -> line.contains("advisory_xact_lock")).findFirst().get();
      other.setAutoCommit(false);
      statement.execute(lock);
      assertThatThrownBy(() -> postgres.schema().ensure())
          .isInstanceOf(TimedOutException.class)
          .hasMessageContaining("migrated by another process");
      other.rollback();
      postgres.schema().ensure();
    }
    assertThat(history()).isEqualTo(MIGRATIONS);
  }

  @Test
  void agreesWithTheScriptThatAnAdministratorRan() throws IOException {
    String script = Files.readString(SchemaScripts.SCHEMA);
    database.execute(script);
    database.execute(script);
    try (OpenPostgres postgres = OpenPostgres.of(database.module())) {
      postgres.schema().verify();
      postgres.schema().ensure();
    }
    assertThat(history()).isEqualTo(MIGRATIONS);
  }

  @Test
  void rollsBackItsOwnSchemaOnly() throws IOException {
    database.execute("CREATE SCHEMA detektor; CREATE TABLE detektor.kept (id integer)");
    OpenPostgres.ready(database).close();
    String rollback = SchemaScripts.plain(SchemaScripts.ROLLBACK, "ml_learning", "");
    database.execute(rollback);
    database.execute(rollback);
    assertThat(database.count("pg_namespace WHERE nspname = 'ml_learning'")).isZero();
    assertThat(database.count("detektor.kept")).isZero();
    OpenPostgres.ready(database).close();
  }

  @Test
  void needsNoMoreRightsThanTheGrantScriptGives() throws IOException {
    OpenPostgres.ready(database).close();
    String role = role();
    database.execute(SchemaScripts.plain(SchemaScripts.GRANTS, "ml_learning", role));
    try (OpenPostgres postgres = OpenPostgres.of(Postgres.at(database.url()).user(role))) {
      postgres.schema().ensure();
      postgres.schema().verify();
      EveryCall.on(postgres);
    }
    assertThat(database.text("SELECT sum(decisions) FROM ml_learning.ml_decision_metrics"))
        .isEqualTo("1");
    assertThatThrownBy(() -> database.executeAs(role, "DROP TABLE ml_learning.agent_decisions"))
        .hasRootCauseMessage("ERROR: must be owner of table agent_decisions");
  }

  @Test
  void takesAnotherSchemaBesideTheFirst() {
    OpenPostgres.ready(database).close();
    try (OpenPostgres other = OpenPostgres.of(database.module().schema("select"))) {
      other.schema().ensure();
      EveryCall.on(other);
    }
    assertThat(database.count("\"select\".agent_decisions")).isEqualTo(1);
    assertThat(database.count("ml_learning.agent_decisions")).isZero();
  }

  @Test
  void saysThatNothingAnswers() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (OpenPostgres postgres =
        OpenPostgres.of(Postgres.at("jdbc:postgresql://127.0.0.1:" + port + "/ml").user("app"))) {
      assertThatThrownBy(() -> postgres.schema().ensure())
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("127.0.0.1:" + port + "/ml")
          .hasMessageContaining("08001")
          .hasMessageNotContaining("\n");
    }
  }

  private AbstractThrowableAssert<?, ?> refused(
      String role, String right, String refusal, String whose) {
    return assertThatThrownBy(() -> ensure(role))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "role '%s' was without the right to %s in database '%s' at postgres '127.0.0.1:",
            role, right, database.name())
        .hasMessageContaining("(SQLState 42501: ERROR: " + refusal)
        .hasMessageContaining(whose)
        .hasMessageNotContaining("\n");
  }

  private void ensure(String role) {
    try (OpenPostgres postgres = OpenPostgres.of(Postgres.at(database.url()).user(role))) {
      postgres.schema().ensure();
    }
  }

  private long history() {
    return database.count("ml_learning.schema_history");
  }

  private String role() {
    String role = "role_" + database.name();
    database.execute("CREATE ROLE " + role + " LOGIN");
    return role;
  }
}

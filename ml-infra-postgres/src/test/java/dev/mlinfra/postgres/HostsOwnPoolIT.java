package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.OfflineStore;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A service that has a pool already, and lends it. */
class HostsOwnPoolIT {
  private static final FeatureView VIEW =
      FeatureView.named("user").number("x").ttl(Duration.ofDays(1)).build();

  private final TestDatabase database = TestDatabase.create();
  private final HikariDataSource pool = pool();

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void makesTheSchemaAndStoresDecisionsWithoutAConnectionOfItsOwn() throws Exception {
    try (OpenPostgres postgres = OpenPostgres.of(Postgres.on(pool))) {
      postgres.schema().ensure();
      postgres.schema().verify();
      Decision decision = Decision.by("agent").action("a").build();
      assertThat(postgres.store(true, List.of(decision)).inserted()).isEqualTo(1);
      assertThat(postgres.store(false, List.of(decision)).duplicates()).isEqualTo(1);
      assertThat(postgres.probe().check(Duration.ofSeconds(10)).detail()).isNotBlank();
      assertThat(database.text("SELECT action FROM ml_learning.agent_decisions")).isEqualTo("a");
      assertThat(
              database.text(
                  "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                      + " AND application_name LIKE 'ml-infra/%'"))
          .isEqualTo("0");
    }
    assertThat(pool.isClosed()).isFalse();
  }

  @Test
  void givesConnectionsBackAsTheyCame() throws Exception {
    pool.setMaximumPoolSize(1);
    try (OpenPostgres postgres = OpenPostgres.of(Postgres.on(pool))) {
      postgres.schema().ensure();
      postgres.store(true, List.of(Decision.by("agent").action("a").build()));
    }
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(show(statement, "statement_timeout")).isEqualTo("17s");
      assertThat(show(statement, "lock_timeout")).isEqualTo("0");
      assertThat(show(statement, "default_transaction_isolation")).isEqualTo("serializable");
    }
  }

  @Test
  void leavesNoTemporaryTableOnTheConnectionsOfTheHost() throws Exception {
    pool.setMaximumPoolSize(1);
    try (OpenPostgres postgres = OpenPostgres.of(Postgres.on(pool))) {
      postgres.schema().ensure();
      postgres.store(false, List.of(Decision.by("agent").action("a").build()));
      OfflineStore features = postgres.part(OfflineStore.class);
      features.asOf(VIEW, List.of(new AsOf("e", Instant.EPOCH)));
    }
    assertThat(database.text("SELECT count(*) FROM pg_class WHERE relpersistence = 't'"))
        .isEqualTo("0");
  }

  @Test
  void refusesAConnectionOnWhichTheHostIsInTheMiddleOfATransaction() throws Exception {
    try (OpenPostgres ready = OpenPostgres.ready(database);
        Connection used = pool.getConnection();
        Statement statement = used.createStatement();
        OpenPostgres postgres = OpenPostgres.of(Postgres.on(kept(used)))) {
      used.setAutoCommit(false);
      statement.execute("CREATE TABLE hosts_own (id int)");
      Decision decision = Decision.by("agent").action("a").build();
      assertThatThrownBy(() -> postgres.store(true, List.of(decision)))
          .hasMessageContaining("in the middle of a transaction");
      used.rollback();
      assertThat(database.text("SELECT to_regclass('hosts_own') IS NULL")).isEqualTo("t");
      assertThat(ready.part(DecisionSink.class)).isNotNull();
    }
  }

  @Test
  void quotesNoRowThatTheServerRefused() throws Exception {
    try (OpenPostgres postgres = OpenPostgres.of(Postgres.on(pool))) {
      postgres.schema().ensure();
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "ALTER TABLE ml_learning.agent_decisions ADD CONSTRAINT calm CHECK (action <> 'loud')");
      }
      Decision decision = Decision.by("agent").action("loud").subject("kurt").build();
      assertThatThrownBy(() -> postgres.store(true, List.of(decision)))
          .hasMessageContaining("violates check constraint \"calm\"")
          .hasMessageNotContaining("kurt");
    }
  }

  @Test
  void saysSoWhenTheConnectionsAreNoneOfPgjdbc() {
    try (OpenPostgres ready = OpenPostgres.ready(database);
        OpenPostgres postgres = OpenPostgres.of(Postgres.on(opaque()))) {
      Decision decision = Decision.by("agent").action("a").build();
      assertThatThrownBy(() -> postgres.store(true, List.of(decision)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("must have one that unwraps to org.postgresql.PGConnection");
      assertThat(ready.part(DecisionSink.class)).isNotNull();
    }
  }

  @Test
  void refusesWhatBelongsToConnections() {
    Postgres module =
        Postgres.on(pool)
            .user("app")
            .password(Secret.of("s3cret"))
            .connections(8, 8)
            .schema("ours");
    assertThat(module.faults())
        .hasSize(4)
        .contains(
            "postgres.user was set but belongs to the host's DataSource; set it there and leave it"
                + " out here");
    assertThat(Postgres.on(pool).schema("ours").faults()).isEmpty();
    assertThat(module).hasToString("Postgres[the host's DataSource ours]");
  }

  private HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(database.url());
    config.setUsername(TestDatabase.OWNER);
    config.setMaximumPoolSize(3);
    config.setMinimumIdle(0);
    config.setConnectionInitSql(
        "SET statement_timeout = '17s'; SET default_transaction_isolation = 'serializable'");
    return new HikariDataSource(config);
  }

  /**
   * Always the same connection, as where a transaction is bound to a thread; it cannot be closed.
   */
  private DataSource kept(Connection connection) {
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) ->
                Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (inner, call, values) ->
                        call.getName().equals("close") ? null : call.invoke(connection, values)));
  }

  /** Connections whose driver cannot be reached. */
  private DataSource opaque() {
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Connection real = pool.getConnection();
              return Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (inner, call, values) ->
                      call.getName().equals("isWrapperFor") ? false : call.invoke(real, values));
            });
  }

  private static String show(Statement statement, String setting) throws Exception {
    try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
      row.next();
      return row.getString(1);
    }
  }
}

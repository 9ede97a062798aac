package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Decision;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rolls back where others live in the same database and the same Redis. */
@Tag("containers")
class RollbackIT {
  private static BackupServers servers;

  @BeforeAll
  static void startsServersThatOthersUseToo() {
    servers = BackupServers.start("rollback");
    servers.sql(
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (id integer PRIMARY KEY, item text, at timestamptz);"
            + " INSERT INTO shop.orders SELECT i, md5(i::text), now() FROM generate_series(1, 20000) i;"
            + " CREATE INDEX ON shop.orders (item); CREATE VIEW shop.items AS SELECT DISTINCT item FROM shop.orders;"
            + " CREATE EXTENSION timescaledb; CREATE EXTENSION vector;"
            + " CREATE TABLE shop.load (time timestamptz NOT NULL, value float8, at vector(2))");
    servers.sql(
        "SELECT create_hypertable('shop.load', 'time');"
            + " INSERT INTO shop.load SELECT now() - i * interval '1 hour', i, '[1,2]' FROM generate_series(1, 500) i");
    servers.redis("SET shop:basket 7");
    servers.redis("SET ml:features:sample 1");
    servers.redis("XADD ml-learning-events '*' id 1");
    try (MlInfra ml =
        MlInfra.connect(servers.config("ranker").build()).ensureSchema().ensureBucket()) {
      ml.decisions().log(Decision.by("ranker").action("item-1").propensity(0.5).build());
      ml.artifacts().put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
    }
  }

  @AfterAll
  static void removesTheServers() {
    if (servers != null) {
      servers.close();
    }
  }

  @Test
  void leavesTheDatabaseThatOthersLiveInExactlyAsItWas() {
    String before = others();
    String backup =
        servers
            .scripts()
            .run("scripts/backup | tail -n 1")
            .lines()
            .reduce((a, b) -> b)
            .orElseThrow();

    assertThat(servers.scripts().run("scripts/rollback --dry-run"))
        .contains("schema ml_learning")
        .contains("2 keys in Redis")
        .contains("nothing was changed");
    assertThat(decisions()).isEqualTo("1");
    assertThat(servers.runs("minio")).isTrue();

    assertThat(servers.scripts().run("scripts/rollback --yes")).contains("rolled back in ");
    assertThat(others()).isEqualTo(before);
    assertThat(servers.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'ml_learning'"))
        .isEqualTo("0");
    assertThat(servers.sql("SELECT count(*) FROM pg_database WHERE datname = 'mlflow'"))
        .isEqualTo("0");
    assertThat(servers.redis("KEYS '*'")).isEqualTo("shop:basket");
    assertThat(servers.runs("minio")).isFalse();
    assertThat(servers.runs("mlflow")).isFalse();
    assertThat(servers.runs("redis")).isTrue();

    assertThat(servers.scripts().run("scripts/rollback --yes")).contains("0 keys in Redis");

    assertThat(servers.scripts().run("scripts/rollback --yes --restore " + backup))
        .contains("ok: ")
        .contains("rolled back in ");
    assertThat(decisions()).isEqualTo("1");
    assertThat(others()).isEqualTo(before);
    assertThat(servers.runs("mlflow")).isTrue();
  }

  @Test
  void refusesWhatWouldTakeSomethingOfOthersWithIt() {
    servers.sql(
        "CREATE VIEW shop.decisions AS SELECT agent, count(*) FROM ml_learning.agent_decisions GROUP BY agent");
    try {
      Shell.Answer answer = servers.scripts().tryRun("scripts/rollback --yes");

      assertThat(answer.code()).isNotZero();
      assertThat(answer.output())
          .isEqualTo(
              "rollback: view shop.decisions reads ml_learning.agent_decisions, so dropping schema"
                  + " ml_learning would remove it; drop it yourself first");
      assertThat(decisions()).isEqualTo("1");
      assertThat(servers.runs("mlflow")).isTrue();
      assertThat(servers.scripts().tryRun("scripts/rollback").output())
          .contains("drop it yourself first");
    } finally {
      servers.sql("DROP VIEW shop.decisions");
    }
  }

  private static String decisions() {
    return servers.sql("SELECT count(*) FROM ml_learning.agent_decisions");
  }

  /** A dump of all other schemas, and the rows of a hypertable, whose chunks lie elsewhere. */
  private static String others() {
    return servers.dumpOfOthers()
        + servers.sql("SELECT time, value, at FROM shop.load ORDER BY time")
        + servers.sql("SELECT extname, extversion FROM pg_extension ORDER BY 1")
        + servers.redis("GET shop:basket");
  }
}

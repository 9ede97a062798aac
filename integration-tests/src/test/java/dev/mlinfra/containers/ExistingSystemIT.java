package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.testing.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ours beside a PostgreSQL and a Redis that were there before, with MLflow as old as it may be. */
@Tag("containers")
class ExistingSystemIT {
  private static final Duration START = Duration.ofMinutes(12);
  private static final String RUNS =
      "docker exec $STACK_NAME-postgres psql -U detektor -d mlflow -Atc 'SELECT name FROM runs'";

  private static StackPlace place;
  private static Shell shell;

  @BeforeAll
  static void startTheSystemThatIsThere() {
    place = new StackPlace("existing-it");
    shell =
        place
            .shell()
            .patience(START)
            .with("POSTGRES_HOST", place.name() + "-postgres")
            .with("REDIS_HOST", place.name() + "-redis");
    shell.run(
        """
        set -euo pipefail
        scripts/secrets init
        umask 022 # the servers' own users read the passwords
        scripts/secrets exec -- sh -c '
          printf %s "$POSTGRES_PASSWORD" >"$STACK_DIR/postgres"
          printf %s "$ML_INFRA_REDIS_PASSWORD" >"$STACK_DIR/redis"'
        docker network create "$STACK_NAME-network"
        for server in postgres:17 redis:7; do
          part=${server%:*}
          docker run -d --name "$STACK_NAME-$part" --network "$STACK_NAME-network" \\
            -v "$STACK_DIR/$part:/run/secrets/${part}_password:ro" "ml-infra/$server"
        done
        """);
    Await.until("PostgreSQL is there", () -> sql("SELECT 1").equals("1"));
    sql("CREATE TABLE orders AS SELECT generate_series(1, 5) AS id");
  }

  @AfterAll
  static void removeAll() {
    shell.tryRun("scripts/stack down --volumes --yes");
    shell.tryRun("docker rm -f -v $STACK_NAME-postgres $STACK_NAME-redis");
    shell.tryRun("docker network rm $STACK_NAME-network");
    place.close();
  }

  @Test
  void startsBesideItUpgradesMlflowAsTheGuideSaysAndLeavesItRunning() {
    Shell old = shell.with("MLFLOW_VERSION", "2.9.2");
    assertThat(old.run("scripts/stack up --existing --timeout 600")).contains("is up");
    assertThat(place.get("MLFLOW_PORT", "/version")).isEqualTo("2.9.2");
    old.run("scripts/stack status");
    old.run(
        "docker exec -e MLFLOW_TRACKING_URI=http://localhost:5000 $STACK_NAME-mlflow python -c "
            + "'import mlflow; mlflow.start_run(run_name=\"of-before\"); mlflow.end_run()'");
    Await.until(
        "the exporter sees all servers",
        () ->
            place
                .get("EXPORTER_PORT", "/metrics")
                .lines()
                .toList()
                .containsAll(List.of("mlflow_up 1", "ml_postgres_up 1", "ml_redis_up 1")));

    shell.run(
        """
        set -euo pipefail
        docker stop "$STACK_NAME-mlflow"
        scripts/secrets exec -- env MLFLOW_VERSION=3.17.2 \\
          docker compose --project-directory . -f docker/features/mlflow.yml run --rm --no-deps mlflow db-upgrade
        MLFLOW_VERSION=3.17.2 scripts/stack up --existing --timeout 600
        """);
    assertThat(place.get("MLFLOW_PORT", "/version")).isEqualTo("3.17.2");
    assertThat(shell.run(RUNS)).contains("of-before");

    shell.run("scripts/stack down --volumes --yes");
    assertThat(shell.run("docker ps --format '{{.Names}}' --filter name=$STACK_NAME- | sort"))
        .isEqualTo(place.name() + "-postgres\n" + place.name() + "-redis");
    assertThat(sql("SELECT sum(id) FROM orders")).isEqualTo("15");
    assertThat(shell.run(RUNS)).as("MLflow's data stays").contains("of-before");
  }

  private static String sql(String statement) {
    return shell
        .tryRun(
            "docker exec $STACK_NAME-postgres psql -U detektor -d detektor -qAtc \"%s\""
                .formatted(statement))
        .output();
  }
}

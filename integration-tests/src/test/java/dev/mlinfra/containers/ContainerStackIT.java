package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.ContainerStack;
import dev.mlinfra.embedded.Sandbox;
import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("containers")
class ContainerStackIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Shell shell = Shell.inProject();

  @Test
  void namedPartsLoseNothingWhenStoppedKilledAndStartedAgain() {
    ContainerStack stack = ContainerStack.builder().postgres().redis().start();
    int port = stack.postgres().port();
    try (stack;
        MlInfra ml = MlInfra.connect(stack.config("ranker").build())) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      log(ml, 10);

      stack.postgres().stop();
      offer(ml, 10);
      stack.postgres().kill();
      stack.redis().kill();
      stack.postgres().restart();
      stack.heal();
      assertThat(stack.postgres().port()).isEqualTo(port);
      assertThat(ml.decisions().flush(PATIENCE)).isTrue();
      assertThat(ml.decisions().ledger().stored()).isEqualTo(20);

      stack.postgres().restart(); // a clean one
      log(ml, 5);
      assertThat(ml.decisions().ledger().stored()).isEqualTo(25);
      assertThat(stack.describe()).contains("psql").contains("redis-cli").doesNotContain("MLflow");
      assertThatThrownBy(stack::mlflow)
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "container stack had no mlflow but this asks for it; add mlflow() to its builder");
    }
    assertThat(stack.directory()).doesNotExist();
    assertThatThrownBy(() -> stack.redis().stop()).isInstanceOf(ClosedException.class);
    stack.close();
  }

  @Test
  void startsTheNamedPartsOnly() {
    // region parts
    try (ContainerStack stack = ContainerStack.builder().redis().objectStorage().start();
        MlInfra ml = MlInfra.connect(stack.config("ranker").build())) {
      ml.ensureStreams().ensureBucket();
      System.out.println(stack.describe());
      assertThat(ml.health().healthy()).isTrue();
    }
    // endregion
  }

  @Test
  void noCheckOfTheEngineCanMeetAPause() {
    try (ContainerStack stack = ContainerStack.builder().redis().start()) {
      String id = shell.run("docker ps -q --filter publish=" + stack.redis().port());
      assertThat(shell.run("docker inspect -f '{{.Config.Healthcheck.Test}}' " + id))
          .isEqualTo("[NONE]");
    }
  }

  @Test
  void everySandboxIsEmptyAndItsOwn() throws SQLException {
    try (ContainerStack stack = ContainerStack.builder().postgres().redis().start();
        Sandbox one = stack.sandbox();
        Sandbox two = stack.sandbox()) {
      try (MlInfra ml = MlInfra.connect(one.config("one").build())) {
        ml.ensureSchema().ensureStreams().ensureBucket();
        log(ml, 3);
      }
      assertThat(one.jdbcUrl()).isNotEqualTo(two.jdbcUrl());
      assertThat(one.redisUrl()).isNotEqualTo(two.redisUrl());
      try (Connection connection =
          DriverManager.getConnection(
              two.jdbcUrl(), stack.postgres().user(), stack.postgres().password().reveal())) {
        assertThat(connection.getMetaData().getTables(null, "ml_learning", "%", null).next())
            .isFalse();
      }
    }
  }

  @Test
  void passwordsAreInPrivateFilesAndNowhereInDocker() throws Exception {
    try (ContainerStack stack = ContainerStack.builder().postgres().redis().start()) {
      String password = stack.postgres().password().reveal();
      assertThat(Files.readString(stack.postgres().passwordFile()).strip()).isEqualTo(password);
      assertThat(Files.getPosixFilePermissions(stack.postgres().passwordFile())).hasSize(2);
      String containers = shell.run("docker ps -q --filter label=dev.mlinfra.owner");
      assertThat(containers.lines().count()).isGreaterThanOrEqualTo(2);
      for (String id : containers.lines().toList()) {
        assertThat(shell.tryRun("docker inspect " + id + "; docker logs " + id).output())
            .doesNotContain(password)
            .doesNotContain(stack.redis().password().reveal());
      }
    }
  }

  @Test
  void anImageThatNobodyBuiltIsNamedInOneLine() {
    assertThatThrownBy(
            () -> ContainerStack.builder().redis().image("redis", "ml-infra/redis:none").start())
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "image ml-infra/redis:none was not in Docker but redis runs in it; build it with"
                + " scripts/images, or name another one with -Dmlinfra.test.image.redis");
    assertThatThrownBy(() -> ContainerStack.builder().image("cache", "x"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "part was 'cache' but must be one of postgres, redis, objectstorage, mlflow; correct it");
  }

  @Test
  void aServerThatEndsAtOnceIsNamedInOneLineAndRemoved() {
    String containers = "docker ps -aq --filter label=dev.mlinfra.part=redis";
    String before = shell.run(containers);
    assertThatThrownBy(
            () -> ContainerStack.builder().redis().image("redis", "debian:bookworm-slim").start())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("container of redis (debian:bookworm-slim) did not start")
        .hasMessageNotContaining("\n");
    assertThat(shell.run(containers)).isEqualTo(before);
  }

  private static void log(MlInfra ml, int decisions) {
    offer(ml, decisions);
    assertThat(ml.decisions().flush(PATIENCE)).isTrue();
  }

  private static void offer(MlInfra ml, int decisions) {
    for (int i = 0; i < decisions; i++) {
      ml.decisions().log(Decision.by("ranker").action("item-" + i).build());
    }
  }
}

package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator's commands on a stack that runs: again, wrong, and cut half-way. */
@Tag("containers")
@ExtendWith(RunningStack.Started.class)
class StackIT {
  private static final int KILLED = 137;

  private static RunningStack stack;

  @TempDir private Path directory;

  @BeforeAll
  static void take(RunningStack started) {
    stack = started;
    stack.asService(config -> {}, ml -> {}); // makes the schema
  }

  @Test
  void upAgainLeavesEveryServerAsItIs() {
    String before = servers();

    assertThat(run("scripts/stack up")).contains("is up");
    assertThat(servers()).isEqualTo(before);
  }

  @Test
  void upRefusesASchemaOfANewerRelease() {
    run(
        "scripts/stack psql -c \"INSERT INTO ml_learning.schema_history (version, name, checksum)"
            + " VALUES (900, 'later', 'none')\"");
    try {
      assertThat(refused("scripts/stack up", 2))
          .containsPattern(
              "NO  schema +ml_learning has version 900 but this release knows \\d+; use a newer"
                  + " release of ml-infra");
      assertThat(refused("scripts/doctor", 1)).contains("ml_learning has version 900 but");
    } finally {
      run("scripts/stack psql -c 'DELETE FROM ml_learning.schema_history WHERE version = 900'");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up --timeout soon",
        "up --no-such-option",
        "down --volumes",
        "down --no-such-option",
        "status more",
        "exec",
        "no-such-command"
      })
  void refusesWhatItDoesNotKnowOrWasNotToldTwice(String arguments) {
    String before = servers();

    assertThat(refused("scripts/stack " + arguments, 2).lines())
        .singleElement()
        .asString()
        .startsWith("stack: ");
    assertThat(servers()).isEqualTo(before);
  }

  @Test
  void execGivesAServiceItsSettingsAndPassesItsExitCodeOn() {
    String variables = run("scripts/stack exec -- env");

    assertThat(variables)
        .contains("ML_INFRA_REDIS_PASSWORD=", "ML_INFRA_MLFLOW_URL=")
        .doesNotContain("\nPOSTGRES_PASSWORD=", "MINIO_ROOT_PASSWORD=");
    assertThat(stack.shell().tryRun("scripts/stack exec -- sh -c 'exit 7'").code()).isEqualTo(7);
    assertThat(run("scripts/stack logs minio-setup")).contains("mlflow-artifacts");
  }

  /** Killed before a server knows, after PostgreSQL does, and before the others are made anew. */
  @Test
  void aRotationThatIsKilledIsFinishedByTheNextOne() throws IOException {
    String before = password();

    killed("exec*psql*", "no");
    assertThat(password()).isEqualTo(before);
    assertThat(administrator()).isEqualTo("1");
    assertThat(run("scripts/doctor")).contains("is of a rotation that was cut");

    killed("exec*psql*", "yes");
    assertThat(password()).isEqualTo(before);

    killed("compose*\\ up\\ *", "no");
    String after = password();
    assertThat(after).isNotEqualTo(before);
    assertThat(administrator()).isEqualTo("1");

    assertThat(run("scripts/secrets rotate --yes --dry-run")).contains("goes on with");
    assertThat(run("scripts/secrets rotate --yes")).contains("rotated");
    assertThat(password()).isEqualTo(after);
    assertThat(administrator()).isEqualTo("1");
    assertThat(run("scripts/stack redis-cli PING")).isEqualTo("PONG");
    run("scripts/stack mc ls minio/mlflow-artifacts");
    run("scripts/stack status");
    assertThat(stack.directory().resolve(".env.sops.next")).doesNotExist();
  }

  /** Ends a rotation and all that it started, as it is about to do a step or has just done it. */
  private void killed(String step, String done) throws IOException {
    Path docker = directory.resolve("docker");
    String real = stack.shell().run("which docker");
    List<String> script =
        List.of(
            "#!/usr/bin/env bash",
            "case \"$*\" in",
            "  " + step + ")",
            "    [ " + done + " = no ] || " + real + " \"$@\"",
            "    kill -9 0 ;;",
            "esac",
            "exec " + real + " \"$@\"");
    Files.write(docker, script);
    assertThat(docker.toFile().setExecutable(true)).isTrue();
    Shell.Answer answer =
        stack
            .shell()
            .with("PATH", directory + ":" + System.getenv("PATH"))
            .tryRun("setsid --wait scripts/secrets rotate --yes");
    assertThat(answer.code()).as(answer.output()).isEqualTo(KILLED);
  }

  private static String password() {
    return run("scripts/secrets exec -- printenv ML_INFRA_REDIS_PASSWORD");
  }

  private static String administrator() {
    return run("scripts/stack psql -Atc 'SELECT 1'");
  }

  /** The ids of the servers; what only sets them up runs each time. */
  private static String servers() {
    return run(
        "docker ps --no-trunc --filter label=com.docker.compose.project=$STACK_NAME"
            + " --format '{{.Names}} {{.ID}}' | sort");
  }

  private static String refused(String command, int code) {
    Shell.Answer answer = stack.shell().tryRun(command);
    assertThat(answer.code()).as(answer.output()).isEqualTo(code);
    return answer.output();
  }

  private static String run(String command) {
    return stack.shell().run(command);
  }
}

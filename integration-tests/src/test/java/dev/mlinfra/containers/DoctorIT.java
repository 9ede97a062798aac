package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code scripts/doctor} and {@code scripts/stack up} say on a machine that will not do. */
@Tag("containers")
class DoctorIT {
  private static final String NAME = "doctor-it";
  private static final String MORE_THAN_ANY_MACHINE = "900000";

  @TempDir private static Path directory;

  private final Shell shell =
      Shell.inProject()
          .with("STACK_NAME", NAME)
          .with("STACK_DIR", directory.resolve("stack").toString())
          .with("SOPS_AGE_KEY_FILE", directory.resolve("age.key").toString())
          .with("MIN_DISK_GB", "1")
          .with("MIN_MEMORY_GB", "1");

  @Test
  void saysHowMuchDiskIsMissingAndWhere() {
    assertThat(mustDo(shell.with("MIN_DISK_GB", MORE_THAN_ANY_MACHINE)))
        .matches(
            "NO  disk +/.+ has \\d+ GB free but needs 900000; make room, or move Docker's"
                + " data-root to a larger disk");
  }

  @Test
  void saysHowMuchMemoryIsMissing() {
    assertThat(mustDo(shell.with("MIN_MEMORY_GB", MORE_THAN_ANY_MACHINE)))
        .matches(
            "NO  memory +\\d+ GB are available but 900000 are needed; stop something, or add"
                + " memory");
  }

  @Test
  void saysThatThereIsNoDockerCommand() throws IOException {
    Path commands = Files.createDirectories(directory.resolve("commands"));
    shell.tryRun("ln -s -t " + commands + " /usr/bin/* /bin/*; rm -f " + commands + "/docker");
    assertThat(commands.resolve("bash")).exists();

    assertThat(mustDo(shell.with("PATH", commands.toString())))
        .contains("found no docker command on the PATH; ", "--install-docker");
  }

  @Test
  void saysThatTheDaemonIsDown() {
    String socket = "unix://" + directory.resolve("no.sock");

    assertThat(mustDo(shell.with("DOCKER_HOST", socket)))
        .endsWith(
            "the Docker daemon does not answer at DOCKER_HOST '"
                + socket
                + "'; start that one, or unset DOCKER_HOST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stack status",
        "stack down",
        "stack logs",
        "stack psql",
        "images",
        "secrets rotate"
      })
  void everyCommandSaysSo(String command) {
    shell.run("scripts/secrets init");
    Shell.Answer answer =
        shell
            .with("DOCKER_HOST", "unix://" + directory.resolve("no.sock"))
            .tryRun("scripts/" + command);

    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.output().lines()).singleElement().asString().contains("start that one");
  }

  /** Compose may be installed for all users, so that only the command itself can do without. */
  @Test
  void saysThatComposeIsMissing() throws IOException {
    Path command = Files.createDirectories(directory.resolve("plain")).resolve("docker");
    Files.writeString(
        command,
        "#!/bin/sh\n[ \"$1\" != compose ] && exec " + shell.run("which docker") + " \"$@\"\n");
    assertThat(command.toFile().setExecutable(true)).isTrue();
    Shell without =
        shell.with("PATH", command.getParent() + File.pathSeparator + System.getenv("PATH"));

    assertThat(mustDo(without)).contains("found no docker compose; ", "--install-docker");
    shell.run("scripts/secrets init");
    for (String name : List.of("logs", "psql", "down")) {
      assertThat(without.tryRun("scripts/stack " + name).output())
          .startsWith("stack: found no docker compose; ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"MIN_DISK_GB", "MIN_MEMORY_GB", "REDIS_PORT", "STACK_NAME"})
  void namesASettingThatIsWrong(String name) {
    Shell.Answer answer = shell.with(name, "Many!").tryRun("scripts/stack up");

    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.output()).startsWith("stack: " + name + " was 'Many!' but must be ");
  }

  @Test
  void namesTheProcessThatHasAPortAndTheNextFreeOne() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      Matcher line =
          find(
              shell.with("REDIS_PORT", port).run("scripts/doctor"),
              "--  port +"
                  + port
                  + " is taken by java \\(pid "
                  + ProcessHandle.current().pid()
                  + "\\); scripts/stack up takes (\\d+) for REDIS_PORT, or set REDIS_PORT");
      int next = Integer.parseInt(line.group(1));
      assertThat(next).isGreaterThan(taken.getLocalPort());
      new ServerSocket(next, 1, InetAddress.getLoopbackAddress()).close();
    }
  }

  @Test
  void namesTheContainerThatHasAPort() {
    String holder = NAME + "-" + ProcessHandle.current().pid();
    shell.run(
        "docker run -d --rm --name "
            + holder
            + " -p 127.0.0.1::9999 --entrypoint sleep ml-infra/tools:1 300");
    try {
      String port =
          shell.run("docker port " + holder + " 9999/tcp").replaceFirst("(?s).*:(\\d+)$", "$1");

      find(
          shell.with("MINIO_PORT", port).run("scripts/doctor"),
          "--  port +"
              + port
              + " is taken by container "
              + holder
              + "; scripts/stack up takes \\d+ for MINIO_PORT, or set MINIO_PORT");
    } finally {
      shell.run("docker rm -f " + holder);
    }
  }

  @Test
  void saysThatTheNetworkOfTheSystemIsMissing() {
    Shell.Answer answer = shell.tryRun("scripts/stack up --existing");

    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.output())
        .contains("stack: network 'doctor-it-network' was not found but --existing needs");
  }

  /** The one line with what to do first; neither doctor nor up goes on, and nothing is left. */
  private static String mustDo(Shell machine) {
    Shell.Answer doctor = machine.tryRun("scripts/doctor");
    assertThat(doctor.code()).as(doctor.output()).isEqualTo(1);
    assertThat(doctor.output()).endsWith("doctor: no, 1 to do before the stack can start");
    Shell.Answer up = machine.tryRun("scripts/stack up");
    assertThat(up.code()).as(up.output()).isEqualTo(2);
    assertThat(up.output())
        .endsWith("stack: 1 to do first, see the lines with NO; scripts/doctor shows all");
    String line = linesWithNo(doctor).get(0);
    assertThat(linesWithNo(up)).singleElement().asString().startsWith(line.substring(0, 16));
    return line;
  }

  private static List<String> linesWithNo(Shell.Answer answer) {
    return answer.output().lines().filter(line -> line.startsWith("NO  ")).toList();
  }

  private static Matcher find(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in%n%s", pattern, text).isTrue();
    return matcher;
  }
}

package dev.mlinfra.containers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs commands as an operator does: by bash, in the root of the project, each with a deadline. The
 * output of a command is its stdout and stderr together.
 */
final class Shell {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path directory;
  private final Map<String, String> environment;
  private final Duration patience;

  private Shell(Path directory, Map<String, String> environment, Duration patience) {
    this.directory = directory;
    this.environment = Map.copyOf(environment);
    this.patience = patience;
  }

  /** In the root of the project. */
  static Shell inProject() {
    return new Shell(root(), Map.of(), PATIENCE);
  }

  /** The root of the project. */
  static Path root() {
    String root = System.getProperty("mlinfra.root");
    return root == null ? Path.of("..").toAbsolutePath().normalize() : Path.of(root);
  }

  Shell in(Path other) {
    return new Shell(other, environment, patience);
  }

  Shell with(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Shell(directory, more, patience);
  }

  Shell patience(Duration other) {
    return new Shell(directory, environment, other);
  }

  /** Runs a command that must succeed; returns its output without blanks around it. */
  String run(String command) {
    Answer answer = tryRun(command);
    assertThat(answer.code()).as("%s%n%s", command, answer.output()).isZero();
    return answer.output();
  }

  /** Runs a command that may fail. */
  Answer tryRun(String command) {
    try {
      Path output = Files.createTempFile("ml-infra-shell", ".log");
      try {
        return answer(command, output);
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in: " + command, e);
    }
  }

  private Answer answer(String command, Path output) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(List.of("bash", "-c", command))
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
      tree.add(process.toHandle());
      tree.forEach(ProcessHandle::destroyForcibly);
      throw new AssertionError(
          command + " took more than " + patience + "\n" + Files.readString(output));
    }
    return new Answer(process.exitValue(), new String(Files.readAllBytes(output), UTF_8).strip());
  }

  /**
   * What a command said.
   *
   * @param code its exit code
   * @param output its stdout and stderr
   */
  record Answer(int code, String output) {}
}

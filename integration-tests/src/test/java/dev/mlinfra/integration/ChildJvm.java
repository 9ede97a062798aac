package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** A program of these tests in a JVM of its own, and every line that it printed. */
final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final Thread reader = new Thread(this::read, "child-jvm-reader");

  private ChildJvm(Process process) {
    this.process = process;
    reader.setDaemon(true);
    reader.start();
  }

  static ChildJvm start(Class<?> program, Map<String, String> environment, String... args) {
    return start("", program, environment, args);
  }

  /** With a limit of the shell in force, as {@code -f 16} for the size of files. */
  static ChildJvm limited(
      String limit, Class<?> program, Map<String, String> environment, String... args) {
    return start("ulimit " + limit + " && ", program, environment, args);
  }

  private static ChildJvm start(
      String before, Class<?> program, Map<String, String> environment, String... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "bash",
                "-c",
                before + "exec \"$@\"",
                "child",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      return new ChildJvm(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  /** What follows the word in the lines that begin with it. */
  List<String> after(String word) {
    return lines.stream()
        .filter(line -> line.startsWith(word + " "))
        .map(line -> line.substring(word.length() + 1))
        .toList();
  }

  void await(String word, int count) {
    Await.until(
        count + " lines of '" + word + "' in " + lines,
        () -> after(word).size() >= count || !process.isAlive());
    assertThat(after(word)).as("of %s", lines).hasSizeGreaterThanOrEqualTo(count);
  }

  /** {@code kill -TERM}. */
  void terminate() {
    process.toHandle().destroy(); // the other one closes its output too
  }

  /** {@code kill -9}. */
  void kill() {
    process.destroyForcibly();
    end();
  }

  /** Waits for its own end. */
  int end() {
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s", lines).isTrue();
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("no more to read: " + e);
    }
  }
}

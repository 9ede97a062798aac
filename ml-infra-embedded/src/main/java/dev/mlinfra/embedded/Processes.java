package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Signals, waiting and small commands. */
final class Processes {
  private static final Duration POLL = Duration.ofMillis(5);
  private static final long COMMAND_SECONDS = 20;

  private Processes() {}

  /** The numeric id of the user that runs this JVM. */
  static int userId() {
    try {
      Path probe = Files.createTempFile("ml-infra-", ".uid");
      try {
        return (int) Files.getAttribute(probe, "unix:uid");
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      throw new ConfigException(
          "temporary directory was not writable (" + e + "); set -Djava.io.tmpdir", e);
    }
  }

  /** Runs a short command; an answer with another exit code than 0 is no answer. */
  static Answer run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Answer(-1, "no end after " + COMMAND_SECONDS + " s");
      }
      return new Answer(process.exitValue(), output.strip());
    } catch (IOException e) {
      return new Answer(-1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(-1, "interrupted");
    }
  }

  /** A process with all its children, itself first. */
  static List<ProcessHandle> tree(ProcessHandle root) {
    List<ProcessHandle> all = new ArrayList<>();
    all.add(root);
    root.descendants().forEach(all::add);
    return all;
  }

  /** Sends a signal, named as {@code STOP}; processes that are gone do not matter. */
  static void signal(String name, Collection<ProcessHandle> targets) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -" + name + " \"$@\"", "sh"));
    for (ProcessHandle target : targets) {
      if (!gone(target)) {
        command.add(Long.toString(target.pid()));
      }
    }
    if (command.size() > 4) {
      run(command);
    }
  }

  /** Waits until all are gone. Says whether they are. */
  static boolean awaitGone(Collection<ProcessHandle> targets, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!targets.stream().allMatch(Processes::gone)) {
      if (System.nanoTime() > deadline || !pause()) {
        return false;
      }
    }
    return true;
  }

  /** Waits one poll interval; false when the thread was interrupted. */
  static boolean pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Says whether a process has ended, also when nobody has collected it yet. */
  static boolean gone(ProcessHandle process) {
    if (!process.isAlive()) {
      return true;
    }
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return !process.isAlive(); // no /proc on macOS, where init collects orphans
    }
  }

  /**
   * What a command said.
   *
   * @param exitCode -1 when it could not be run
   * @param output both streams
   */
  record Answer(int exitCode, String output) {
    boolean ok() {
      return exitCode == 0;
    }
  }
}

package dev.mlinfra.embedded;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Ends a server when this JVM is gone without having closed it, as after SIGKILL: a shell that
 * reads from a pipe until the other end is closed.
 */
final class Watchdog {
  private static final String SCRIPT =
      """
      trap '' INT HUP TERM
      all="$1"
      while read -r more; do all="$1 $more"; done
      kill -CONT $all
      kill -"$2" "$1"
      n=0
      while kill -0 "$1" && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
      kill -0 "$1" && kill -KILL $all
      [ -z "$3" ] || rm -rf -- "$3"
      """;

  private final Process shell;

  private Watchdog(Process shell) {
    this.shell = shell;
  }

  /**
   * Starts watching.
   *
   * @param temporary what to delete after the server, or null
   */
  static Watchdog over(ProcessHandle server, String quitSignal, @Nullable Path temporary)
      throws IOException {
    return new Watchdog(
        new ProcessBuilder(
                "sh",
                "-c",
                SCRIPT,
                "ml-infra-watchdog",
                Long.toString(server.pid()),
                quitSignal,
                temporary == null ? "" : temporary.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Notes the processes that are stopped, which could not end by themselves. */
  void stopped(Collection<ProcessHandle> processes) throws IOException {
    StringBuilder line = new StringBuilder();
    processes.forEach(process -> line.append(process.pid()).append(' '));
    Writer out = shell.outputWriter(StandardCharsets.US_ASCII);
    out.write(line.append('\n').toString());
    out.flush();
  }

  /** Stops watching; called once the server is gone. */
  void dismiss() {
    shell.destroyForcibly();
  }
}

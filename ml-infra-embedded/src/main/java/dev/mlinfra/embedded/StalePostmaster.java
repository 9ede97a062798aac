package dev.mlinfra.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an earlier run left in a data directory when it was killed: a lock file, perhaps with a
 * process id that another program has by now, perhaps with a postmaster that still runs.
 */
final class StalePostmaster {
  private static final Duration END = Duration.ofSeconds(10);

  private StalePostmaster() {}

  /** Ends such a postmaster and removes its lock file. */
  static void clear(Path data) throws IOException {
    List<String> lines = PostmasterPid.lines(data);
    if (lines.isEmpty()) {
      return;
    }
    Optional<ProcessHandle> left =
        pid(lines.get(0)).flatMap(ProcessHandle::of).filter(p -> !Processes.gone(p));
    if (left.isPresent() && isPostmasterOf(left.get(), data)) {
      List<ProcessHandle> tree = Processes.tree(left.get());
      Processes.signal("CONT", tree);
      Processes.signal("INT", tree.subList(0, 1));
      if (!Processes.awaitGone(tree, END)) {
        Processes.signal("KILL", tree);
        Processes.awaitGone(tree, END);
      }
    }
    Files.deleteIfExists(PostmasterPid.file(data));
  }

  private static Optional<Long> pid(String line) {
    return line.matches("\\d{1,18}") ? Optional.of(Long.valueOf(line)) : Optional.empty();
  }

  private static boolean isPostmasterOf(ProcessHandle process, Path data) throws IOException {
    String command = process.info().commandLine().orElse("");
    Path cmdline = Path.of("/proc/" + process.pid() + "/cmdline");
    if (Files.isReadable(cmdline)) {
      command = Files.readString(cmdline).replace('\0', ' ');
    }
    return command.contains("postgres") && command.contains(data.toString());
  }
}

package dev.mlinfra.embedded;

import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A directory with a configuration, run by a Redis binary. */
final class RedisProcess implements Lifecycle.Server {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(10);

  private final Path server;
  private final Path home;
  private final Secret password;
  private final Map<String, String> settings;
  private final ServerLog log;

  RedisProcess(Path server, Path home, Secret password, Map<String, String> settings) {
    this.server = server;
    this.home = home;
    this.password = password;
    this.settings = settings;
    this.log = new ServerLog(home.resolve("redis.log"));
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public String quitSignal() {
    return "TERM";
  }

  @Override
  public ProcessHandle start(int port) throws IOException {
    clearOrphan();
    log.mark();
    Path configuration = home.resolve("redis.conf");
    Directories.writePrivate(configuration, configuration(port));
    Process launched =
        new ProcessBuilder(server.toString(), configuration.toString())
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()))
            .start();
    launched.getOutputStream().close();
    Files.writeString(pidFile(), identity(launched.toHandle()));
    // asking is the only sure sign: the wording of the log differs between versions
    RedisTalk talk = new RedisTalk(port, password);
    long deadline = System.nanoTime() + START.toNanos();
    while (launched.isAlive() && System.nanoTime() < deadline) {
      if (talk.answers() && launched.isAlive()) {
        return launched.toHandle();
      }
      if (!Processes.pause()) {
        break;
      }
    }
    Processes.signal("KILL", List.of(launched.toHandle()));
    throw new UnavailableException(
        "embedded redis did not start ("
            + log.complaint()
            + ") but must within "
            + START.toSeconds()
            + " s; look at "
            + log.file());
  }

  @Override
  public boolean portWasTaken() {
    return log.has("Address already in use");
  }

  private String configuration(int port) {
    StringBuilder lines = new StringBuilder();
    settings.forEach((name, value) -> lines.append(name).append(' ').append(value).append('\n'));
    return lines
        .append("port ")
        .append(port)
        .append("\nrequirepass ")
        .append(password.reveal())
        .append('\n')
        .toString();
  }

  private void clearOrphan() throws IOException {
    if (!Files.exists(pidFile())) {
      return;
    }
    String known = Files.readString(pidFile());
    String pid = known.replaceFirst(" .*", "");
    Optional<ProcessHandle> orphan =
        pid.matches("\\d{1,18}") ? ProcessHandle.of(Long.parseLong(pid)) : Optional.empty();
    if (orphan.isPresent() && identity(orphan.get()).equals(known)) {
      List<ProcessHandle> tree = Processes.tree(orphan.get());
      Processes.signal("CONT", tree);
      Processes.signal("TERM", tree);
      if (!Processes.awaitGone(tree, END)) {
        Processes.signal("KILL", tree);
        Processes.awaitGone(tree, END);
      }
    }
    Files.deleteIfExists(pidFile());
  }

  /** Process ids come again; together with the time of start they do not. */
  private static String identity(ProcessHandle process) {
    return process.pid()
        + " "
        + process.info().startInstant().map(Instant::toString).orElse("at an unknown time");
  }

  private Path pidFile() {
    return home.resolve("redis.pid");
  }
}

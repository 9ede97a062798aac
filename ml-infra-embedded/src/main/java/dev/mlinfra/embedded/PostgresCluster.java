package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A data directory with the binaries that run it. */
final class PostgresCluster implements Lifecycle.Server {
  static final String USER = "mlinfra";

  private static final Duration START = Duration.ofSeconds(60);

  private final Path home;
  private final String quitSignal;
  private final Path data;
  private final Path passwordFile;
  private final PostgresBinaries binaries;
  private final Unprivileged unprivileged;
  private final ServerLog log;
  private final Map<String, String> settings;

  PostgresCluster(
      Home home,
      Path passwordFile,
      Unprivileged unprivileged,
      PostgresBinaries binaries,
      Map<String, String> settings) {
    this.home = home.path();
    this.quitSignal = home.kept() ? "INT" : "QUIT"; // fast, or immediate for what goes anyway
    this.data = this.home.resolve("data");
    this.passwordFile = passwordFile;
    this.unprivileged = unprivileged;
    this.settings = settings;
    this.log = new ServerLog(this.home.resolve("postgres.log"));
    this.binaries = binaries;
  }

  /** Says whether a home has data. */
  static boolean exists(Path home) {
    return Files.exists(home.resolve("data").resolve("PG_VERSION"));
  }

  /** Makes the data directory unless it is there. Half a one, from a crash, is made anew. */
  void init() throws IOException {
    if (exists(home)) {
      return;
    }
    Path half = home.resolve("data.new");
    Path password = home.resolve("initdb.password");
    Directories.delete(half);
    try {
      Directories.writePrivate(password, Files.readString(passwordFile));
      unprivileged.own(home);
      Processes.Answer answer = Processes.run(unprivileged.wrap(initdb(half, password)));
      if (!answer.ok()) {
        throw new ConfigException(
            "data directory "
                + data
                + " was not made: initdb said '"
                + answer.output().replaceAll("\\R+", " | ")
                + "'; choose another directory or correct what it says");
      }
    } finally {
      Files.deleteIfExists(password);
    }
    Files.move(half, data, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public String quitSignal() {
    return quitSignal;
  }

  @Override
  public ProcessHandle start(int port) throws IOException {
    StalePostmaster.clear(data);
    log.mark();
    Process launched =
        new ProcessBuilder(unprivileged.wrap(postgres(port)))
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()))
            .start();
    launched.getOutputStream().close();
    long deadline = System.nanoTime() + START.toNanos();
    while (launched.isAlive() && System.nanoTime() < deadline) {
      List<String> lines = PostmasterPid.lines(data);
      if (PostmasterPid.ready(lines)) {
        return ProcessHandle.of(Long.parseLong(lines.get(0))).orElse(launched.toHandle());
      }
      if (!Processes.pause()) {
        break;
      }
    }
    Processes.signal("KILL", Processes.tree(launched.toHandle()));
    throw new UnavailableException(
        "embedded postgres did not start ("
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

  private List<String> initdb(Path target, Path password) {
    List<String> command =
        new ArrayList<>(
            List.of(
                binaries.path("initdb"),
                "--pgdata=" + target,
                "--username=" + USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--no-sync",
                "--no-instructions"));
    command.addAll(binaries.locale());
    return command;
  }

  private List<String> postgres(int port) {
    List<String> command =
        new ArrayList<>(List.of(binaries.path("postgres"), "-D", data.toString(), "-p", "" + port));
    settings.forEach(
        (name, value) -> {
          command.add("-c");
          command.add(name + "=" + value);
        });
    return command;
  }
}

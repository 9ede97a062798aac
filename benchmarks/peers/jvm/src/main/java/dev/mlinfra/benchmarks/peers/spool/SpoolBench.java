package dev.mlinfra.benchmarks.peers.spool;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.benchmarks.peers.Console;
import dev.mlinfra.benchmarks.peers.Decisions;
import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.RandomAccessFileAppender;
import org.apache.logging.log4j.core.layout.PatternLayout;

/**
 * Decisions to the disk and from there to PostgreSQL. Orders: {@code write}, {@code drain}, {@code
 * ingest}, {@code log4j BYTES} and {@code chronicle BYTES SYNC_ROWS}, each answered by rows a
 * second; {@code size}, by bytes and files.
 */
public final class SpoolBench {
  private static final int MOST_BUFFERED = 45_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path directory;
  private final List<Decision> decisions;

  private SpoolBench(Path directory, int rows) {
    this.directory = directory;
    this.decisions = Decisions.of(rows);
  }

  /** Runs until {@code end}; the arguments are a directory and how many rows. */
  public static void main(String[] args) throws Exception {
    SpoolBench bench = new SpoolBench(Path.of(args[0]), Integer.parseInt(args[1]));
    try (MlInfra ml = MlInfra.connect(MlInfraConfig.forService("bench").install(live()).build())) {
      ml.ensureSchema();
    }
    Console.serve(bench::answer);
  }

  private Object answer(String... words) throws Exception {
    return switch (words[0]) {
      case "write" -> write();
      case "size" -> size();
      case "drain" -> drain();
      case "ingest" -> ingest();
      case "chronicle" ->
          rate(
              ChronicleWay.nanos(
                  directory.resolve("chronicle"),
                  decisions.size(),
                  Integer.parseInt(words[1]),
                  Integer.parseInt(words[2])));
      case "log4j" -> log4j(Integer.parseInt(words[1]));
      case "empty" -> empty();
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private static Postgres live() {
    Server server = Server.fromEnvironment();
    return Postgres.at(server.url()).user(server.user()).password(Secret.of(server.password()));
  }

  private static Postgres down() {
    return Postgres.at("jdbc:postgresql://127.0.0.1:1/ml").user("ml").password(Secret.of("none"));
  }

  private static MlInfraConfig.Builder config(Postgres postgres) {
    return MlInfraConfig.forService("bench").start(Start.BACKGROUND).install(postgres);
  }

  private MlInfra connect(Postgres postgres) {
    return MlInfra.connect(
        config(postgres)
            .decisions(BufferOptions.builder().closeTimeout(Duration.ofSeconds(1)).build())
            .spool(
                SpoolOptions.builder(directory.resolve("spool"))
                    .maxBytes(8L << 30)
                    .replayRowsPerSecond(10_000_000)
                    .durability(Durability.SPOOL_FIRST).build())
            .build());
  }

  private long write() {
    try (MlInfra ml = connect(down())) {
      DecisionLog log = ml.decisions();
      long start = System.nanoTime();
      logAll(log);
      if (!log.sync(PATIENCE) || log.ledger().spooled() != decisions.size()) {
        throw new IllegalStateException("not on the disk: " + log.ledger());
      }
      return rate(System.nanoTime() - start);
    }
  }

  /** From memory, for comparison. */
  private long ingest() {
    try (MlInfra ml = MlInfra.connect(config(live()).build())) {
      DecisionLog log = ml.decisions();
      long start = System.nanoTime();
      logAll(log);
      if (!log.flush(PATIENCE) || log.ledger().stored() != decisions.size()) {
        throw new IllegalStateException("not stored: " + log.ledger());
      }
      return rate(System.nanoTime() - start);
    }
  }

  private void logAll(DecisionLog log) {
    int sent = 0;
    for (Decision decision : decisions) {
      if (sent++ % 500 == 0) {
        while (log.ledger().buffered() > MOST_BUFFERED) {
          LockSupport.parkNanos(500_000);
        }
      }
      log.log(decision);
    }
  }

  /** Of a client that finds the files, its start included. */
  private long drain() throws IOException {
    long start = System.nanoTime();
    MlInfra ml = connect(live());
    try (ml) {
      while (!files().isEmpty()) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw new IllegalStateException("not drained: " + files().size() + " files");
        }
        LockSupport.parkNanos(1_000_000);
      }
      return rate(System.nanoTime() - start);
    }
  }

  private String size() throws IOException {
    long bytes = 0;
    for (Path file : files()) {
      bytes += Files.size(file);
    }
    return bytes + " " + files().size();
  }

  private Object empty() throws Exception {
    Server.fromEnvironment().run("TRUNCATE ml_learning.agent_decisions", "CHECKPOINT");
    return "empty";
  }

  /** One line of that length a row, each written at once, none synced. */
  private long log4j(int bytes) {
    LoggerContext context = new LoggerContext("bench");
    RandomAccessFileAppender appender =
        RandomAccessFileAppender.newBuilder()
            .setName("file")
            .setFileName(directory.resolve("log4j.log").toString())
            .setAppend(false)
            .setLayout(PatternLayout.newBuilder().withPattern("%m%n").build())
            .build();
    appender.start();
    context.start();
    context.getConfiguration().getRootLogger().getAppenders().keySet().stream()
        .toList()
        .forEach(context.getConfiguration().getRootLogger()::removeAppender);
    context.getConfiguration().getRootLogger().addAppender(appender, Level.INFO, null);
    context.getConfiguration().getRootLogger().setLevel(Level.INFO);
    context.updateLoggers();
    org.apache.logging.log4j.Logger logger = context.getLogger("bench");
    String line = "x".repeat(bytes - 1);
    long start = System.nanoTime();
    for (int i = 0; i < decisions.size(); i++) {
      logger.info(line);
    }
    long rate = rate(System.nanoTime() - start);
    context.stop();
    appender.stop();
    return rate;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("spool"))) {
      return files.filter(file -> file.toString().endsWith(".copy")).toList();
    }
  }

  private long rate(long nanos) {
    return Math.round(decisions.size() * 1e9 / nanos);
  }
}

package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.benchmarks.peers.Console;
import dev.mlinfra.benchmarks.peers.Decisions;
import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import java.util.List;

/**
 * Stores the same decisions in different ways and says how many a second. Orders: {@code empty},
 * {@code hypertable}, and a way with how many rows it gets.
 */
public final class Ingest {
  private final Server server = Server.fromEnvironment();
  private final List<Decision> decisions;

  private Ingest(int rows) {
    this.decisions = Decisions.of(rows);
  }

  /** Runs until {@code end}; the argument is the greatest number of rows. */
  public static void main(String[] args) throws Exception {
    Ingest ingest = new Ingest(Integer.parseInt(args[0]));
    try (LogWay schema = LogWay.firstAttempts(ingest.server)) {
      Console.serve(ingest::answer);
    }
  }

  private Object answer(String... words) throws Exception {
    switch (words[0]) {
      case "empty":
        server.run("TRUNCATE " + Sql.TABLE, "CHECKPOINT");
        return "empty";
      case "hypertable":
        server.run(
            "SELECT create_hypertable('" + Sql.TABLE + "', 'decided_at', migrate_data => true)");
        return "hypertable";
      default:
        return measure(words[0], Integer.parseInt(words[1]));
    }
  }

  private long measure(String name, int rows) throws Exception {
    List<Decision> some = decisions.subList(0, rows);
    try (Way way = way(name)) {
      long start = System.nanoTime();
      way.store(some);
      return Math.round(rows * 1e9 / (System.nanoTime() - start));
    }
  }

  private Way way(String name) throws Exception {
    return switch (name) {
      case "ours" -> LogWay.firstAttempts(server);
      case "retries" -> LogWay.retries(server);
      case "rewrite" -> new InsertWay(server, true);
      case "pipelined" -> new InsertWay(server, false);
      case "unnest" -> new UnnestWay(server);
      case "bulk" -> new BulkInsertWay(server);
      case "jooq" -> new JooqWay(server);
      case "hibernate" -> new HibernateWay(server);
      default -> throw new IllegalArgumentException(name);
    };
  }
}

package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.benchmarks.peers.Console;
import dev.mlinfra.benchmarks.peers.Decisions;
import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionIds;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long it takes until a batch is durable. An order is a way, how many rows a batch has and how
 * many batches; the answer is the median in microseconds.
 */
public final class SmallBatches {
  private final Server server = Server.fromEnvironment();
  private final List<Decision> decisions = Decisions.of(1_000);
  private final Map<String, Way> ways = new HashMap<>();

  private SmallBatches() {}

  /** Runs until {@code end}. */
  public static void main(String[] args) throws Exception {
    SmallBatches batches = new SmallBatches();
    try (LogWay schema = LogWay.firstAttempts(batches.server)) {
      Console.serve(batches::answer);
    }
    for (Way way : batches.ways.values()) {
      way.close();
    }
  }

  private Object answer(String... words) throws Exception {
    Way way = ways.get(words[0]);
    if (way == null) {
      way = way(words[0]);
      ways.put(words[0], way);
    }
    int rows = Integer.parseInt(words[1]);
    long[] nanos = new long[Integer.parseInt(words[2])];
    for (int i = 0; i < nanos.length; i++) {
      List<Decision> batch =
          decisions.subList(0, rows).stream().map(SmallBatches::renewed).toList();
      long start = System.nanoTime();
      way.store(batch);
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos[nanos.length / 2] / 1_000;
  }

  private static Decision renewed(Decision decision) {
    return decision.toBuilder().id(DecisionIds.at(decision.decidedAt())).build();
  }

  private Way way(String name) throws Exception {
    return switch (name) {
      case "ours" -> new SinkWay(server);
      case "commit" -> new EmptyCommitWay(server);
      case "pipelined" -> new InsertWay(server, false);
      case "rewrite" -> new InsertWay(server, true);
      case "unnest" -> new UnnestWay(server);
      default -> throw new IllegalArgumentException(name);
    };
  }
}

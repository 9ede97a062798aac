package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.decision.Decision;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/** What the peers share: the table, its columns, and values as JDBC takes them. */
final class Sql {
  static final String TABLE = "ml_learning.agent_decisions";
  static final String COLUMNS =
      "decision_id, decided_at, agent, mode, model, model_version, action, propensity,"
          + " pass_probability, score, baseline_action, features, feature_set, context,"
          + " latency_us, source, source_sequence";

  /** Where the statements of this driver are quickest; a commit comes every five of them. */
  static final int STATEMENT_ROWS = 1_000;

  static final int COMMIT_ROWS = 5_000;

  /** With {@code -1} behind it the source, as long as that of a host. */
  static final String SERVICE = "bench-01939b4e-0000-7000-8000-0000000000";

  static final String SOURCE = SERVICE + "-1";

  private Sql() {}

  static OffsetDateTime time(Decision decision) {
    return decision.decidedAt().atOffset(ZoneOffset.UTC);
  }

  static String json(Decision decision) {
    return "{\"position\":\"" + decision.context().get("position") + "\"}";
  }

  static long micros(Decision decision) {
    return decision.latency().orElse(Duration.ZERO).toNanos() / 1_000;
  }

  static List<List<Decision>> chunks(List<Decision> all, int size) {
    return java.util.stream.IntStream.range(0, (all.size() + size - 1) / size)
        .mapToObj(i -> all.subList(i * size, Math.min(all.size(), (i + 1) * size)))
        .toList();
  }
}

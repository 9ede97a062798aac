package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Runs every SQL block of the pages on PostgreSQL. */
class PostgresPageIT {
  private static final Pattern SQL = Pattern.compile("(?s)```sql\n(.*?)```");

  @Test
  void everySqlBlockRuns() throws IOException {
    TestDatabase database = TestDatabase.create();
    List<String> blocks = blocks(SchemaScripts.PAGE);
    assertThat(blocks).hasSize(7);
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      Decision decision =
          Decision.by("ranker").model("bts", "1").action("x").decidedAt(EveryCall.THEN).build();
      postgres.store(true, List.of(decision));
      postgres.reward(true, Feedback.of(decision.id(), 1));
    }
    assertThat(database.text(blocks.get(0))).isEqualTo("bts");
    assertThat(database.text(blocks.get(1))).isEqualTo("test-1");
    assertThat(database.text(blocks.get(2))).isEqualTo("0");
    assertThat(database.text(blocks.get(3))).isEmpty();
    assertThat(database.text(blocks.get(4))).isEmpty();
    assertThat(database.text(blocks.get(5))).isEqualTo("1");
    database.execute(blocks.get(6));
    assertThat(database.count("ml_learning.agent_feedback")).isZero();
    assertThat(database.count("ml_learning.agent_decisions")).isZero();
    assertThat(database.count("ml_learning.ml_decision_metrics")).isZero();
  }

  @Test
  void everySqlBlockOfThePageOnFeedbackRuns() throws IOException {
    TestDatabase database = TestDatabase.create();
    List<String> blocks = blocks(SchemaScripts.PAGE.resolveSibling("feedback.md"));
    assertThat(blocks).hasSize(2);
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      Decision decision =
          Decision.by("ranker").action("x").decidedAt(EveryCall.THEN).deferred(true).build();
      postgres.store(true, List.of(decision));
      postgres.activate(true, Activation.of(decision.id()));
      postgres.reward(true, Feedback.of(decision.id(), 1));
    }
    assertThat(database.text(blocks.get(0))).isEqualTo("ranker");
    assertThat(database.text(blocks.get(1))).isEqualTo("reward");
  }

  private static List<String> blocks(Path page) throws IOException {
    return SQL.matcher(Files.readString(page)).results().map(match -> match.group(1)).toList();
  }
}

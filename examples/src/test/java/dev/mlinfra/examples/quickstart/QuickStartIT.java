package dev.mlinfra.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.embedded.EmbeddedPostgres;
import dev.mlinfra.embedded.EmbeddedStack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickStartIT {
  private static final String LAST_LINE =
      "quickstart ok decisions=20000 feedback=80 events=20000 patterns=80 model=click/1 seconds=";

  @TempDir private static Path directory;

  private static String first;
  private static String second;

  @BeforeAll
  static void playTwiceInOneDirectory() {
    first = play();
    second = play();
  }

  @Test
  void printsWhatThePageShows() throws IOException {
    String printed = first.replace(directory.toString(), "DIR").stripLeading();
    if (Boolean.getBoolean("docs.write")) {
      PrintedRun.write(printed);
    }
    assertThat(PrintedRun.whatNeverDiffers(PrintedRun.onThePage()))
        .as("docs/getting-started.md; -Ddocs.write=true writes this run into it")
        .isEqualTo(PrintedRun.whatNeverDiffers(printed));
  }

  @Test
  void playsTwiceInOneDirectoryAndStoresEverythingOnce() throws SQLException {
    assertThat(lastLine(first)).startsWith(LAST_LINE);
    assertThat(lastLine(second)).startsWith(LAST_LINE);
    assertThat(first).contains("20,000 of 20,000 logged, 20,000 of them new");
    assertThat(second).contains("20,000 of 20,000 logged, 0 of them new", "0 published");
    assertThat(line(second, "training set")).isEqualTo(line(first, "training set"));
    assertThat(line(second, "model")).isEqualTo(line(first, "model"));
    assertThatTheDatabaseHoldsTheWeek();
  }

  private void assertThatTheDatabaseHoldsTheWeek() throws SQLException {
    try (EmbeddedStack servers = EmbeddedStack.builder().directory(directory).start();
        Connection psql = connection(servers.postgres())) {
      assertThat(
              rows(
                  psql,
                  "SELECT count(*), count(DISTINCT decision_id) FROM ml_learning.agent_decisions"))
          .containsExactly("20000 20000");
      assertThat(
              rows(
                  psql,
                  "SELECT count(*), count(DISTINCT decision_id) FROM ml_learning.agent_feedback"))
          .containsExactly("80 80");
      assertThat(
              rows(
                  psql,
                  """
                  SELECT d.model, to_char(avg((f.decision_id IS NOT NULL)::int), '0.0000')
                  FROM ml_learning.agent_decisions d
                  LEFT JOIN ml_learning.agent_feedback f USING (decision_id)
                  GROUP BY 1 ORDER BY 1
                  """))
          .containsExactly("bts  0.0042", "random  0.0038");
      assertThat(
              rows(
                  psql,
                  """
                  SELECT sum((payload->>'impressions')::numeric)::int,
                    sum((payload->>'clicks')::numeric)::int, count(embedding)
                  FROM ml_learning.learned_patterns WHERE kind = 'item'
                  """))
          .containsExactly("20000 80 80");
      assertThat(rows(psql, "SELECT count(*) FROM ml_learning.model_metadata"))
          .containsExactly("1");
      assertThat(rows(psql, "SELECT count(*) FROM ml_learning.model_promotions"))
          .containsExactly("1");
      assertThat(
              rows(
                  psql,
                  """
                  SELECT count(*), count(DISTINCT (entity, event_time)) FROM ml_learning.feature_store
                  WHERE event_time < '2020-01-01'
                  """))
          .containsExactly("8447 8447");
      assertThat(
              rows(
                  psql,
                  """
                  SELECT table_name FROM information_schema.tables
                  WHERE table_schema = 'ml_learning' AND table_name IN
                    ('ml_decision_metrics', 'ml_model_metrics') ORDER BY 1
                  """))
          .containsExactly("ml_decision_metrics", "ml_model_metrics");
    }
  }

  private static Connection connection(EmbeddedPostgres server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password().reveal());
  }

  private static String play() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        QuickStart.run(
            List.of("--keep", directory.toString()),
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            System.err);
    String printed = out.toString(StandardCharsets.UTF_8);
    assertThat(code).as(printed).isZero();
    return printed;
  }

  private static String lastLine(String printed) {
    List<String> lines = printed.lines().toList();
    return lines.get(lines.size() - 1);
  }

  /** What a step says, without its time. */
  private static String line(String printed, String step) {
    return printed
        .lines()
        .filter(line -> line.startsWith("  " + step))
        .map(line -> line.replaceAll("\\s+[0-9.]+ s$", ""))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> rows(Connection psql, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet result = psql.createStatement().executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(result.getString(i)));
        }
        rows.add(String.join(" ", row).toLowerCase(Locale.ROOT));
      }
    }
    return rows;
  }
}

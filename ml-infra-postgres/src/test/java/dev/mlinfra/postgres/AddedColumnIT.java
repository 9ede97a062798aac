package dev.mlinfra.postgres;

import static dev.mlinfra.postgres.OpenPostgres.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.postgres.internal.copy.AddedColumn;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.ErasureStore;
import dev.mlinfra.spi.RowStore;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A column that a later release adds to the table of columns, wherever it stands there. */
class AddedColumnIT {
  private static TestDatabase database;
  private static OpenPostgres postgres;

  @BeforeAll
  static void start() {
    database = TestDatabase.create();
    postgres = OpenPostgres.ready(database);
    database.execute("ALTER TABLE ml_learning.agent_decisions ADD COLUMN weather text");
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 18, 19})
  void keepsOutSpooledRowsOfWhoWasForgotten(int position) {
    String subject = "zoe-" + position;
    try (AddedColumn later = later(position)) {
      RowStore<Decision> rows = rows(later);
      EncodedRows spooled = rows.encode(batch(about(subject, "a")));
      EncodedRows older = postgres.decisionRows().encode(batch(about(subject, "b")));
      ErasureStore.Request request =
          postgres.part(ErasureStore.class).begin(subject, Instant.now());
      request.delete();
      assertThat(rows.letter(spooled, "refused").subject()).contains(subject);
      assertThat(rows.letter(older, "refused").subject()).contains(subject);

      assertThat(rows.store(spooled, true).inserted()).isZero();
      assertThat(rows.store(older, true).inserted()).isZero();
      assertThat(rows.store(spooled, false).inserted()).isZero();

      assertThat(request.end(0, 0).heldBack()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 18, 19})
  void storesRowsOfTheReleaseBeforeIt(int position) {
    String subject = "kim-" + position;
    try (AddedColumn later = later(position)) {
      RowStore<Decision> rows = rows(later);
      EncodedRows spooled = rows.encode(batch(about(subject, "a")));
      EncodedRows older = postgres.decisionRows().encode(batch(about(subject, "b")));
      assertThat(rows.version()).isEqualTo(postgres.decisionRows().version() + 1);
      assertThat(rows.reads(postgres.decisionRows().version())).isTrue();

      assertThat(rows.store(spooled, true).inserted()).isEqualTo(1);
      assertThat(rows.store(older, true).inserted()).isEqualTo(1);
      assertThat(rows.store(older, false).duplicates()).isEqualTo(1);

      assertThat(
              database.text(
                  "SELECT action || ' ' || coalesce(weather, 'unknown') || ' ' || source FROM"
                      + " ml_learning.agent_decisions WHERE subject = '%s' ORDER BY action"
                          .formatted(subject)))
          .isEqualTo("a sunny later,b unknown test-1");
    }
  }

  private static AddedColumn later(int position) {
    return new AddedColumn(database.url(), TestDatabase.OWNER, position);
  }

  private static RowStore<Decision> rows(AddedColumn later) {
    return later.sink().decisions().rows().orElseThrow();
  }

  private static Decision about(String subject, String action) {
    return Decision.by("ranker").action(action).subject(subject).build();
  }
}

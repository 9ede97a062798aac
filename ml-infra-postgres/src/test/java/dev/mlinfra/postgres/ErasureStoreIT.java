package dev.mlinfra.postgres;

import static dev.mlinfra.postgres.OpenPostgres.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.privacy.ErasureReceipt;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.ErasureStore;
import dev.mlinfra.spi.RowStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The store's side of forgetting: rights, parked rows, rows of older releases. */
class ErasureStoreIT {
  private static TestDatabase database;
  private static OpenPostgres postgres;

  @BeforeAll
  static void makeSchema() {
    database = TestDatabase.create();
    postgres = OpenPostgres.ready(database);
  }

  @AfterAll
  static void close() {
    postgres.close();
  }

  @Test
  void namesTheScriptWhenTheRightToDeleteIsMissing() throws IOException {
    String role = "eraser_" + database.name();
    database.execute("CREATE ROLE " + role + " LOGIN");
    database.execute(SchemaScripts.plain(SchemaScripts.GRANTS, "ml_learning", role));
    try (OpenPostgres service = OpenPostgres.of(Postgres.at(database.url()).user(role))) {
      service.store(true, List.of(about("ann")));
      assertThatThrownBy(() -> forget(service, "ann"))
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith("role " + role + " was without the right to forget in schema")
          .hasMessageEndingWith("-f scripts/sql/grant-ml-forget.sql")
          .hasMessageNotContaining("\n");
      assertThat(database.count("ml_learning.forgotten_subjects")).isZero();
      database.execute(SchemaScripts.plain(SchemaScripts.FORGET, "ml_learning", role));
      assertThat(forget(service, "ann").decisions()).isEqualTo(1);
      assertThat(service.store(false, List.of(about("ann"))).inserted()).isZero();
    }
  }

  @Test
  void deletesParkedRowsOfTheSubject() {
    RowStore<Decision> rows = postgres.decisionRows();
    DeadLetter letter = rows.letter(rows.encode(batch(about("bob"))), "refused");
    assertThat(letter.subject()).contains("bob");
    DeadLetterStore letters = postgres.part(DeadLetterStore.class);
    letters.park(letter);
    letters.park(new DeadLetter("decision", "somebody else's", "{}", "refused", 1));
    assertThat(forget(postgres, "bob").deadLetters()).isEqualTo(1);
    assertThat(letters.list("decision", 10)).extracting(DeadLetter::payload).containsExactly("{}");
  }

  @Test
  void deletesParkedRowsThatNameOneOfItsDecisionsAndNoOthers() {
    RowStore<Decision> rows = postgres.decisionRows();
    RowStore<Feedback> given = postgres.feedbackRows();
    DeadLetterStore letters = postgres.part(DeadLetterStore.class);
    List<Decision> decisions = IntStream.range(0, 500).mapToObj(i -> about("xena")).toList();
    postgres.store(true, decisions);
    for (Decision decision : decisions) {
      Feedback reward = Feedback.of(decision.id(), 1);
      letters.park(given.letter(given.encode(batch(reward)), "refused"));
      letters.park(
          new DeadLetter("feedback", "of " + decision.id(), reward.toString(), "refused", 1));
      letters.park(new DeadLetter("activation", decision.id().toString(), "{}", "refused", 1));
      letters.park(rows.letter(rows.encode(batch(Shadows.of(decision))), "refused"));
    }
    Feedback others = Feedback.of(UUID.randomUUID(), 1).label("xena");
    letters.park(new DeadLetter("feedback", "other", others.toString(), "refused", 1));
    letters.park(new DeadLetter("some-group", decisions.get(0).id() + "", "{}", "refused", 1));

    assertThat(forget(postgres, "xena").deadLetters()).isEqualTo(2_000);

    assertThat(letters.list("feedback", 10)).extracting(DeadLetter::subjectId).contains("other");
    assertThat(letters.list("some-group", 10)).hasSize(1);
  }

  @Test
  void deletesFeedbackOfAParkedDecisionAndKeepsOutWhatComesLater() {
    RowStore<Decision> rows = postgres.decisionRows();
    Decision parked = about("yuri");
    postgres.part(DeadLetterStore.class).park(rows.letter(rows.encode(batch(parked)), "refused"));
    postgres.reward(true, Feedback.of(parked.id(), 1).label("yuri was here"));

    ErasureReceipt receipt = forget(postgres, "yuri");

    assertThat(receipt.deadLetters()).isEqualTo(1);
    assertThat(receipt.feedback()).isEqualTo(1);
    postgres.reward(true, Feedback.of(parked.id(), 2));
    assertThat(
            database.text(
                "SELECT reward FROM ml_learning.agent_feedback WHERE decision_id = '"
                    + parked.id()
                    + "'"))
        .isEmpty();
  }

  @Test
  void keepsOutAnEncodedShadowThatNamesNobody() {
    Decision live = about("vera");
    postgres.store(true, List.of(live));
    forget(postgres, "vera");
    RowStore<Decision> rows = postgres.decisionRows();
    EncodedRows shadow = rows.encode(batch(Shadows.of(live)));
    assertThat(rows.store(shadow, true).inserted()).isZero();
  }

  @Test
  void namesAShadowByItsTimeTooInALetter() {
    Decision live = about("wim");
    Decision shadow = Shadows.of(live);
    RowStore<Decision> rows = postgres.decisionRows();
    EncodedRows both = rows.encode(batch(live, shadow));
    assertThat(rows.letter(both.slice(0, 1), "refused").subjectId())
        .isEqualTo(live.id().toString());
    assertThat(rows.letter(both.slice(1, 2), "refused").subjectId())
        .isEqualTo(DeadLetter.idOf(live.id(), DecisionMode.SHADOW, shadow.decidedAt()));
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 4", "1, 2, 9"}) // without the subject, and without deferred before it
  void storesDecisionsOfOlderReleases(int version, int fields, int bytes) {
    RowStore<Decision> rows = postgres.decisionRows();
    String agent = "version-" + version;
    EncodedRows old =
        older(
            rows.encode(
                batch(
                    Decision.by(agent).action("a").build(),
                    Decision.by(agent).action("b").build())),
            fields,
            bytes);
    assertThat(rows.reads(version)).isTrue();
    assertThat(rows.reads(rows.version() + 1)).isFalse();
    assertThat(rows.store(old, true).inserted()).isEqualTo(2);
    assertThat(rows.store(old, false).duplicates()).isEqualTo(2);
    assertThat(
            database.text(
                "SELECT action FROM ml_learning.counted_decisions WHERE subject IS NULL"
                    + " AND NOT deferred AND agent = '%s' ORDER BY 1".formatted(agent)))
        .isEqualTo("a,b");
    assertThat(rows.letter(old.slice(0, 1), "refused").subject()).isEmpty();
  }

  @Test
  void storesFeedbackOfTheReleaseThatKnewNoRevisions() {
    RowStore<Feedback> rows = postgres.feedbackRows();
    Feedback given = Feedback.of(UUID.randomUUID(), 7);
    assertThat(rows.reads(1)).isTrue();
    assertThat(rows.store(older(rows.encode(batch(given)), 1, 5), true).inserted()).isOne();
    assertThat(
            database.text(
                "SELECT reward FROM ml_learning.agent_feedback WHERE NOT replaces"
                    + " AND decision_id = '%s'".formatted(given.decisionId())))
        .isEqualTo("7");
  }

  /** Rows with so many fields less, which take that many bytes at the end of each. */
  private static EncodedRows older(EncodedRows rows, int fields, int bytes) {
    ByteBuffer out = ByteBuffer.allocate(rows.length());
    int[] ends = new int[rows.count()];
    for (int row = 0; row < ends.length; row++) {
      byte[] kept = Arrays.copyOfRange(rows.bytes(), rows.start(row), rows.end(row) - bytes);
      ByteBuffer header = ByteBuffer.wrap(kept);
      header.putShort(0, (short) (header.getShort(0) - fields));
      ends[row] = out.put(kept).position();
    }
    return new EncodedRows(out.array(), ends);
  }

  private static Decision about(String subject) {
    return Decision.by("ranker").action("a").decidedAt(EveryCall.THEN).subject(subject).build();
  }

  private static ErasureReceipt forget(OpenPostgres by, String subject) {
    ErasureStore.Request request = by.part(ErasureStore.class).begin(subject, Instant.now());
    request.delete();
    return request.end(0, 0);
  }
}

package dev.mlinfra.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FakeDecisionsTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final OpenFake open = new OpenFake();
  private final DecisionSink sink = open.part(DecisionSink.class);

  @Test
  void storesADecisionOnce() {
    LoggedRow<Decision> row = row("a", NOON);
    assertThat(sink.decisions().write(batch(row, row), true)).isEqualTo(new Written(1, 1));
    assertThat(sink.decisions().write(batch(row), false)).isEqualTo(new Written(0, 1));
  }

  @Test
  void storesNothingTwiceWhenTheAnswerWasLost() {
    RowBatch<Decision> batch = batch(row("a", NOON), row("b", NOON));
    open.fake.loseAnswers(Part.DECISION_SINK);
    assertThatThrownBy(() -> sink.decisions().write(batch, true))
        .isInstanceOf(UnavailableException.class);
    open.fake.heal();
    assertThat(sink.decisions().write(batch, false)).isEqualTo(new Written(0, 2));
  }

  @Test
  void takesRowsThatWaitedElsewhere() {
    RowStore<Decision> rows = sink.decisions().rows().orElseThrow();
    EncodedRows encoded = rows.encode(batch(row("a", NOON), row("b", NOON), row("c", NOON)));
    open.fake.fail(Part.DECISION_SINK);
    assertThatThrownBy(() -> rows.store(encoded, true)).isInstanceOf(UnavailableException.class);
    open.fake.heal();
    assertThat(rows.store(encoded.slice(0, 2), false)).isEqualTo(new Written(2, 0));
    assertThat(rows.letter(encoded.slice(2, 3), "cause").origin()).isEqualTo("decision");
    assertThat(rows.store(encoded.slice(2, 3), false)).isEqualTo(new Written(1, 0));
    assertThat(read(day())).hasSize(3);
  }

  @Test
  void joinsFeedbackThatCameBeforeItsDecisionAndCountsItOnce() {
    LoggedRow<Decision> row = row("a", NOON);
    Feedback click = Feedback.of(row.value().id(), 1).kind("click");
    Feedback view = Feedback.of(row.value().id(), 0.5).kind("view");
    assertThat(sink.feedback().write(rows(click, view), true)).isEqualTo(new Written(2, 0));
    assertThat(sink.feedback().write(rows(click), true)).isEqualTo(new Written(0, 1));
    sink.decisions().write(batch(row), true);

    DecisionOutcome all = read(day()).get(0);
    assertThat(all.feedbackCount()).isEqualTo(2);
    assertThat(all.rewardSum()).isEqualTo(1.5);
    assertThat(all.passProbability()).isEqualTo(0.5);
    assertThat(read(day().feedbackKind("click")).get(0).rewardSum()).isEqualTo(1);
  }

  @Test
  void countsFeedbackThatReplacesWhatWasObservedBeforeIt() {
    LoggedRow<Decision> row = row("a", NOON);
    Feedback stars = Feedback.of(row.value().id(), 2).kind("stars").observedAt(NOON);
    Feedback click = Feedback.of(row.value().id(), 1).kind("click").observedAt(NOON);
    Feedback later = Feedback.of(row.value().id(), 5).kind("stars").replaces(true);
    sink.feedback().write(rows(later, stars, click), true);
    sink.decisions().write(batch(row), true);
    assertThat(read(day()).get(0).rewardSum()).isEqualTo(6);
    assertThat(read(day()).get(0).feedbackCount()).isEqualTo(2);
  }

  @Test
  void readsDeferredDecisionsOnceTheyAreActivated() {
    LoggedRow<Decision> row =
        new LoggedRow<>(row("a", NOON).value().toBuilder().deferred(true).build(), 1, 1);
    sink.decisions().write(batch(row), true);
    assertThat(read(day())).isEmpty();
    Activation shown = Activation.of(row.value().id()).activatedAt(NOON);
    Activation again = Activation.of(row.value().id());
    assertThat(sink.activations().write(rows(shown, again), true)).isEqualTo(new Written(1, 1));
    assertThat(read(day())).hasSize(1);
  }

  @Test
  void readsASpanInOrderOfTimeForOneAgent() {
    sink.decisions()
        .write(
            batch(
                row("late", NOON.plusSeconds(2)),
                row("early", NOON),
                row("end", NOON.plusSeconds(10)),
                new LoggedRow<>(Decision.by("other").action("x").decidedAt(NOON).build(), 4, 1)),
            true);
    DecisionQuery query = DecisionQuery.between(NOON, NOON.plusSeconds(10)).agent("ranker");
    assertThat(read(query)).extracting(o -> o.decision().action()).containsExactly("early", "late");
    assertThat(read(query.model("none"))).isEmpty();
  }

  @Test
  void forgetsRecentDecisionsAfterAWhileAndDuringOutages() {
    RecentDecisions recent = open.part(RecentDecisions.class);
    RecentDecision brief =
        new RecentDecision(UUID.randomUUID(), NOON, "ranker", "m", "1", "a", 1, true);
    List<UUID> ids = List.of(UUID.randomUUID(), brief.id());
    List<Optional<RecentDecision>> nothing = List.of(Optional.empty(), Optional.empty());
    Duration budget = Duration.ofMillis(50);
    recent.remember(List.of(brief));
    assertThat(recent.find(ids, budget)).containsExactly(Optional.empty(), Optional.of(brief));

    open.fake.fail(Part.RECENT_DECISIONS);
    assertThat(recent.find(ids, budget)).isEqualTo(nothing);
    open.fake.hang(Part.RECENT_DECISIONS);
    recent.remember(List.of(brief));
    assertThat(recent.find(ids, budget)).isEqualTo(nothing);

    open.fake.heal();
    assertThat(recent.find(ids, budget)).contains(Optional.of(brief));
    open.advance(Duration.ofHours(1));
    assertThat(recent.find(ids, budget)).isEqualTo(nothing);
  }

  private List<DecisionOutcome> read(DecisionQuery query) {
    List<DecisionOutcome> found = new ArrayList<>();
    assertThat(open.part(DecisionReader.class).read(query, found::add)).isEqualTo(found.size());
    return found;
  }

  private static DecisionQuery day() {
    return DecisionQuery.between(NOON, NOON.plus(Duration.ofDays(1)));
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // the list only reads them
  private static RowBatch<Decision> batch(LoggedRow<Decision>... rows) {
    return RowBatch.of(List.of(rows));
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // the stream only reads them
  private static <T> RowBatch<T> rows(T... values) {
    return RowBatch.of(Stream.of(values).map(value -> new LoggedRow<>(value, 1, 1)).toList());
  }

  private static LoggedRow<Decision> row(String action, Instant at) {
    return new LoggedRow<>(
        Decision.by("ranker").model("m", "1").action(action).decidedAt(at).build(), 1, 0.5);
  }
}

package dev.mlinfra.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** When feedback, or an activation, is the same as another. */
class FeedbackTest {
  private static final Instant THEN = Instant.parse("2019-11-24T00:00:17.004101Z");
  private static final UUID DECISION = DecisionIds.named(THEN, "bts/1");
  private static final Feedback GIVEN = Feedback.of(DECISION, 1).observedAt(THEN);

  @Test
  void isTheSameWhenItSaysTheSame() {
    assertThat(GIVEN.id()).isEqualTo(Feedback.of(DECISION, 1).observedAt(THEN).id());
    assertThat(GIVEN.id())
        .isNotIn(
            GIVEN.kind("click").id(),
            GIVEN.label("good").id(),
            GIVEN.replaces(true).id(),
            GIVEN.observedAt(THEN.plusNanos(1_000)).id(),
            Feedback.of(DECISION, 2).observedAt(THEN).id(),
            Feedback.of(UUID.randomUUID(), 1).observedAt(THEN).id());
    assertThat(GIVEN.replaces()).isFalse();
    assertThat(GIVEN.replaces(true).replaces()).isTrue();
  }

  @Test
  void isTheSameWhenItsTimeComesBackFromAStoreThatKeepsMicroseconds() {
    assertThat(GIVEN.observedAt(THEN.plusNanos(999)).id()).isEqualTo(GIVEN.id());
  }

  @Test
  void refusesARewardThatNoSumCouldHold() {
    assertThat(Feedback.of(DECISION, 1e100).fault()).isEmpty();
    assertThat(Feedback.of(DECISION, -1.1e100).fault())
        .hasValueSatisfying(
            fault -> assertThat(fault).contains("feedback.reward was -1.1E100", "1e100"));
  }

  @Test
  void isTheSameUnderItsKeyWhateverElseItSays() {
    Feedback keyed = GIVEN.key("message-7");
    assertThat(keyed.id().version()).isEqualTo(7);
    assertThat(keyed.id())
        .isEqualTo(
            Feedback.of(DECISION, 9)
                .label("late")
                .observedAt(THEN.plus(Duration.ofDays(1)))
                .replaces(true)
                .key("message-7")
                .id())
        .isNotIn(
            GIVEN.id(),
            GIVEN.key("message-8").id(),
            keyed.kind("click").id(),
            Feedback.of(UUID.randomUUID(), 1).key("message-7").id());
  }

  @Test
  void refusesAKeyBesideAnId() {
    UUID id = UUID.randomUUID();
    assertThat(List.of(GIVEN.key("k").id(id), GIVEN.id(id).key("k")))
        .allSatisfy(
            both ->
                assertThat(both.fault())
                    .contains(
                        "feedback.key was 'k' but must not be set beside an id; leave one of them"
                            + " out"));
    assertThat(GIVEN.key("k").key()).contains("k");
    assertThat(GIVEN.id(id).id()).isEqualTo(id);
  }

  @Test
  void refusesAKeyThatIsEmptyOrTooLong() {
    assertThat(GIVEN.key("").fault())
        .hasValueSatisfying(f -> assertThat(f).contains("feedback.key"));
    assertThat(GIVEN.key("k".repeat(257)).fault()).isPresent();
    assertThat(GIVEN.key("k".repeat(256)).fault()).isEmpty();
  }

  @Test
  void hasAnIdOfItsOwnForEachKindAndKeyWhateverLineBreaksTheyHave() {
    List<String> texts = List.of("a", "a\n", "\na", "a\na", "a\n1", "1", "1\na", "a\na\n1");
    Set<UUID> ids = new HashSet<>();
    for (String kind : texts) {
      for (String key : texts) {
        Feedback given = GIVEN.kind(kind).key(key);
        assertThat(given.fault()).isEmpty();
        ids.add(given.id());
      }
    }
    assertThat(ids).hasSize(texts.size() * texts.size());
  }

  @Test
  void hasAnIdOfItsOwnForEachKindAndLabelWhateverTheyAre() {
    List<String> texts = List.of("a", "null", "a\nreplacing", "a\n", "\na", "1,1", "a\n1,1");
    Set<UUID> ids = new HashSet<>();
    for (String kind : texts) {
      List<Feedback> labelled =
          new ArrayList<>(texts.stream().map(GIVEN.kind(kind)::label).toList());
      labelled.add(GIVEN.kind(kind));
      for (Feedback given : labelled) {
        assertThat(given.fault()).isEmpty();
        ids.add(given.id());
        ids.add(given.replaces(true).id());
      }
    }
    assertThat(ids).hasSize(texts.size() * (texts.size() + 1) * 2);
  }

  @Test
  void keepsTheIdsOfPlainTexts() {
    assertThat(GIVEN.kind("click").key("message-7").id())
        .isEqualTo(DecisionIds.near(DECISION, DECISION + "\nclick\nmessage-7"));
    String said = DECISION + "\nclick\n" + THEN + "\n1.0\n";
    assertThat(GIVEN.kind("click").id()).isEqualTo(DecisionIds.named(THEN, said + "null"));
    assertThat(GIVEN.kind("click").label("good").replaces(true).id())
        .isEqualTo(DecisionIds.named(THEN, said + "good\nreplacing"));
  }

  @Test
  void activatesAtATimeThatCanBeStored() {
    assertThat(Activation.of(DECISION).fault()).isEmpty();
    Activation given = Activation.of(DECISION).activatedAt(THEN.plusNanos(999));
    assertThat(given.activatedAt()).isEqualTo(THEN);
    assertThat(given.decisionId()).isEqualTo(DECISION);
    assertThat(given.activatedAt(Instant.EPOCH.minusSeconds(1)).fault())
        .hasValueSatisfying(fault -> assertThat(fault).startsWith("activation.activatedAt was"));
  }
}

package dev.mlinfra.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionTest {
  private static final Instant THEN = Instant.parse("2019-11-24T00:00:17.004101999Z");

  @Test
  void hasAnIdAndATimeAndSensibleDefaults() {
    Decision decision = Decision.by("ranker").action("item-79").build();
    assertThat(decision.fault()).isEmpty();
    assertThat(decision.id().version()).isEqualTo(7);
    assertThat(decision.mode()).isEqualTo(DecisionMode.LIVE);
    assertThat(decision.propensity()).isEqualTo(1.0);
    assertThat(decision.score()).isEmpty();
    assertThat(decision.baselineAction()).isEmpty();
    assertThat(decision.latency()).isEmpty();
    assertThat(decision.context()).isEmpty();
    assertThat(decision.deferred()).isFalse();
  }

  @Test
  void keepsEveryValue() {
    UUID id = DecisionIds.named(THEN, "bts/1");
    Decision decision =
        Decision.by("ranker")
            .id(id)
            .decidedAt(THEN)
            .mode(DecisionMode.SHADOW)
            .model("bts", "17")
            .action("item-79")
            .propensity(0.087)
            .score(1.5)
            .baselineAction("item-1")
            .features(1f, 2f)
            .featureSet("affinity")
            .context("position", "2")
            .latency(Duration.ofMillis(3))
            .deferred(true)
            .build();
    assertThat(decision.fault()).isEmpty();
    assertThat(decision.toBuilder().build()).usingRecursiveComparison().isEqualTo(decision);
    assertThat(decision.deferred()).isTrue();
    assertThat(decision.id()).isEqualTo(id);
    assertThat(decision.decidedAt()).isEqualTo(Instant.parse("2019-11-24T00:00:17.004101Z"));
    assertThat(decision.mode()).isEqualTo(DecisionMode.SHADOW);
    assertThat(decision.model()).isEqualTo("bts");
    assertThat(decision.modelVersion()).isEqualTo("17");
    assertThat(decision.propensity()).isEqualTo(0.087);
    assertThat(decision.score()).hasValue(1.5);
    assertThat(decision.baselineAction()).contains("item-1");
    assertThat(decision.features()).containsExactly(1f, 2f);
    assertThat(decision.featureSet()).contains("affinity");
    assertThat(decision.context()).containsEntry("position", "2");
    assertThat(decision.latency()).contains(Duration.ofMillis(3));
  }

  @Test
  void keepsTheFeaturesAsTheyWereWhenItWasBuilt() {
    float[] vector = {1, 2, 3};
    DecisionBuilder builder = Decision.by("ranker").action("a").features(vector).context("k", "v");
    Decision decision = builder.build();
    vector[0] = 9;
    builder.context("k", "other");
    decision.features()[1] = 9;
    assertThat(decision.features()).containsExactly(1, 2, 3);
    assertThat(decision.context()).containsEntry("k", "v");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 0, -0.1, 1.0000001})
  void refusesAPropensityThatIsNoProbability(double propensity) {
    assertFault(Decision.by("ranker").action("a").propensity(propensity), "decision.propensity");
  }

  @Test
  void refusesValuesThatCannotBeLearnedFrom() {
    assertFault(Decision.by("ranker").action("a").score(Double.NaN), "decision.score");
    assertFault(Decision.by("ranker").action("a").features(1f, Float.NaN), "decision.features[1]");
    assertFault(
        Decision.by("ranker").action("a").features(Float.NEGATIVE_INFINITY),
        "decision.features[0]");
    assertFault(
        Decision.by("ranker").action("a").features(new float[5000]), "decision.features.length");
    assertFault(
        Decision.by("ranker").action("a").latency(Duration.ofNanos(-1)), "decision.latency");
    assertFault(
        Decision.by("ranker").action("a").decidedAt(Instant.now().plus(Duration.ofDays(400))),
        "decision.decidedAt");
    assertFault(Decision.by("ranker").action("a").decidedAt(Instant.MIN), "decision.decidedAt");
    assertFault(Decision.by("ranker").action("a").decidedAt(Instant.MAX), "decision.decidedAt");
  }

  @ParameterizedTest
  @CsvSource({"'', decision.agent", "'  ', decision.agent"})
  void refusesABlankAgent(String agent, String subject) {
    assertFault(Decision.by(agent).action("a"), subject);
  }

  @Test
  void refusesTextThatCannotBeStored() {
    assertFault(Decision.by("ranker"), "decision.action");
    assertFault(Decision.by("ranker").action("a\0b"), "decision.action");
    assertFault(Decision.by("ranker").action("a\ud800b"), "decision.action");
    assertFault(Decision.by("r".repeat(129)).action("a"), "decision.agent");
    assertFault(Decision.by("ranker").action("a").context("k", "v\0"), "decision.context");
    assertFault(Decision.by("ranker").action("a").context("", "v"), "decision.context key");
    assertThat(Decision.by("ranker").action("a\ud83d\ude00b").build().fault()).isEmpty();
  }

  @Test
  void refusesAHundredMegabytesOfContextInOneShortLine() {
    Decision decision =
        Decision.by("ranker").action("a").context("k", "x".repeat(100 << 20)).build();
    assertThat(decision.fault().orElseThrow())
        .startsWith(
            "decision.context had at least 104857601 characters but must have at most 65536; ")
        .hasSizeLessThan(200);
  }

  @Test
  @SuppressWarnings("NullAway") // a host may pass null by mistake
  void neverThrowsWhateverItIsGiven() {
    assertFault(Decision.by(null).action("a"), "decision.agent");
    assertFault(Decision.by("r").action(null), "decision.action");
    assertFault(Decision.by("r").action("a").features((float[]) null), "decision.features");
    assertFault(Decision.by("r").action("a").decidedAt(null), "decision.decidedAt");
    assertFault(Decision.by("r").action("a").id(null), "decision.id");
    assertFault(Decision.by("r").action("a").mode(null), "decision.mode");
    assertFault(Decision.by("r").action("a").model(null, null), "decision.model");
    assertFault(Decision.by("r").action("a").context(null, null), "decision.context");
    assertFault(Decision.by("r").action("a").latency(null), "decision.latency");
    Feedback feedback = Feedback.of(null, 1).kind(null).label(null).observedAt(null).id(null);
    assertThat(feedback.fault().orElseThrow()).startsWith("feedback.decisionId");
    assertThat(feedback.toString()).isNotEmpty();
    assertThat(feedback.id()).isNotNull();
  }

  @Test
  void givesTheSameMessageTheSameFeedbackIdAndDifferentOnesDifferentIds() {
    UUID decision = DecisionIds.at(THEN);
    Feedback click = Feedback.of(decision, 1).kind("click").observedAt(THEN);
    assertThat(Feedback.of(decision, 1).kind("click").observedAt(THEN).id()).isEqualTo(click.id());
    assertThat(click.kind("view").id()).isNotEqualTo(click.id());
    assertThat(click.observedAt(THEN.plusMillis(1)).id()).isNotEqualTo(click.id());
    assertThat(Feedback.of(decision, 2).kind("click").observedAt(THEN).id())
        .isNotEqualTo(click.id());
    assertThat(click.id(decision).id()).isEqualTo(decision);
  }

  @Test
  void refusesFeedbackThatSaysNothing() {
    UUID id = DecisionIds.at(THEN);
    assertThat(Feedback.of(id, Double.NaN).fault().orElseThrow()).startsWith("feedback.reward");
    assertThat(Feedback.of(id, 1).kind(" ").fault().orElseThrow()).startsWith("feedback.kind");
    assertThat(Feedback.of(id, 1).label("a\0").fault().orElseThrow()).startsWith("feedback.label");
    assertThat(Feedback.of(id, 1).observedAt(Instant.MAX).fault().orElseThrow())
        .startsWith("feedback.observedAt");
  }

  @Test
  void sortsIdsByTimeAndRepeatsNamedOnes() {
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      ids.add(DecisionIds.at(THEN.plusMillis(i)));
    }
    assertThat(ids.stream().map(UUID::toString).sorted().toList())
        .isEqualTo(ids.stream().map(UUID::toString).toList());
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.version() == 7 && id.variant() == 2);
    assertThat(DecisionIds.at(Instant.MAX).version()).isEqualTo(7);
    assertThat(DecisionIds.at(Instant.MIN).version()).isEqualTo(7);
    assertThat(DecisionIds.named(THEN, "a")).isEqualTo(DecisionIds.named(THEN, "a"));
    assertThat(DecisionIds.named(THEN, "a")).isNotEqualTo(DecisionIds.named(THEN, "b"));
    assertThat(DecisionIds.named(THEN, "a").version()).isEqualTo(7);
  }

  private static void assertFault(DecisionBuilder builder, String subject) {
    String fault = builder.build().fault().orElseThrow();
    assertThat(fault).startsWith(subject).doesNotContain("\n").contains(" but ").contains("; ");
  }
}

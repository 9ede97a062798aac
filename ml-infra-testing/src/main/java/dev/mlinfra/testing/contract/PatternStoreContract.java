package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternObservation;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.pattern.SimilarPattern;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PatternStore} for embeddings of 64 values promises.
 *
 * @since 0.1
 */
public abstract class PatternStoreContract extends Contract {
  private static final int LENGTH = 64;

  private final String kind = unique("kind");

  /** For who extends it. */
  protected PatternStoreContract() {}

  @Test
  void findsWhatWasPutAndNothingElse() {
    LearnedPattern pattern =
        pattern("a").counters(Map.of("clicks", 2.0)).support(7, 0.5).embedding(vector(1, 0));
    store().put(List.of(pattern));

    assertThat(store().find(kind, "a")).contains(pattern);
    assertThat(store().find(kind, "b")).isEmpty();
    assertThat(store().find(unique("other"), "a")).isEmpty();
  }

  @Test
  void replacesThePatternOfTheSameKindAndKey() {
    store().put(List.of(pattern("a").counters(Map.of("clicks", 2.0)).support(7, 0.5)));
    LearnedPattern replaced = pattern("a").support(1, 0.25);
    store().put(List.of(replaced));

    assertThat(store().find(kind, "a")).contains(replaced);
  }

  @Test
  void putsAllOrNone() {
    assertThatThrownBy(
            () -> store().put(List.of(pattern("good"), pattern("bad").embedding(1, 2, 3))))
        .isInstanceOf(InvalidInputException.class);

    assertThat(store().find(kind, "good")).isEmpty();
  }

  @Test
  void listsThoseWithTheMostSupportFirstThenByKey() {
    store()
        .put(
            List.of(
                pattern("b").support(1, 0),
                pattern("a").support(1, 0),
                pattern("c").support(2, 0)));

    assertThat(keys(store().list(kind, 9))).containsExactly("c", "a", "b");
    assertThat(keys(store().list(kind, 2))).containsExactly("c", "a");
  }

  @Test
  void addsUpWhatEventsSayAndMakesThePattern() {
    assertThat(
            store()
                .accumulate(
                    List.of(
                        observation(UUID.randomUUID(), Map.of("clicks", 1.0)),
                        observation(UUID.randomUUID(), Map.of("clicks", 2.0, "views", 1.0)))))
        .isEqualTo(2);

    LearnedPattern sum = store().find(kind, "a").orElseThrow();
    assertThat(sum.counters()).isEqualTo(Map.of("clicks", 3.0, "views", 1.0));
    assertThat(sum.support()).isEqualTo(2);
  }

  @Test
  void countsAnEventOnceForItsPatternHoweverOftenItComes() {
    PatternObservation click = observation(UUID.randomUUID(), Map.of("clicks", 1.0));

    assertThat(store().accumulate(List.of(click, click))).isEqualTo(1);
    assertThat(store().accumulate(List.of(click))).isZero();
    assertThat(store().find(kind, "a").orElseThrow().support()).isEqualTo(1);
  }

  @Test
  void findsTheNearestByCosine() {
    store()
        .put(
            List.of(
                pattern("east").embedding(vector(5, 0)),
                pattern("north").embedding(vector(0, 1)),
                pattern("west").embedding(vector(-1, 0)),
                pattern("none")));

    List<SimilarPattern> found = store().similar(kind, vector(1, 0.1f), 2);
    assertThat(found).extracting(one -> one.pattern().key()).containsExactly("east", "north");
    assertThat(found.get(0).similarity()).isBetween(0.99, 1.0);
  }

  @Test
  void refusesAnEmbeddingOfAnotherLength() {
    assertThatThrownBy(() -> store().similar(kind, new float[] {1, 2}, 2))
        .isInstanceOf(InvalidInputException.class);
  }

  private PatternStore store() {
    return part(PatternStore.class);
  }

  private LearnedPattern pattern(String key) {
    return LearnedPattern.of(kind, key);
  }

  private PatternObservation observation(UUID event, Map<String, Double> increments) {
    return new PatternObservation(event, kind, "a", increments);
  }

  private static float[] vector(float x, float y) {
    float[] vector = new float[LENGTH];
    vector[0] = x;
    vector[1] = y;
    return vector;
  }

  private static List<String> keys(List<LearnedPattern> patterns) {
    return patterns.stream().map(LearnedPattern::key).toList();
  }
}

package dev.mlinfra.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternObservation;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.pattern.SimilarPattern;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FakePatternStoreTest {
  private final OpenFake open = new OpenFake();
  private final PatternStore patterns = open.part(PatternStore.class);

  @Test
  void countsAnEventOnceForItsPattern() {
    UUID event = UUID.randomUUID();
    PatternObservation click = new PatternObservation(event, "item", "1", Map.of("clicks", 1.0));
    PatternObservation other = new PatternObservation(event, "item", "2", Map.of("clicks", 1.0));
    assertThat(patterns.accumulate(List.of(click, click, other))).isEqualTo(2);
    assertThat(patterns.accumulate(List.of(click))).isZero();
    assertThat(
            patterns.accumulate(
                List.of(
                    new PatternObservation(
                        UUID.randomUUID(), "item", "1", Map.of("clicks", 2.0, "views", 1.0)))))
        .isEqualTo(1);
    LearnedPattern sum = patterns.find("item", "1").orElseThrow();
    assertThat(sum.counters()).containsOnly(Map.entry("clicks", 3.0), Map.entry("views", 1.0));
    assertThat(sum.support()).isEqualTo(2);
  }

  @Test
  void replacesAllOrNone() {
    open.fake.embeddingDimensions(2);
    LearnedPattern good = LearnedPattern.of("item", "1").embedding(1, 0);
    assertThatThrownBy(
            () -> patterns.put(List.of(good, LearnedPattern.of("item", "2").embedding(1, 2, 3))))
        .isInstanceOf(InvalidInputException.class);
    assertThat(patterns.find("item", "1")).isEmpty();
    patterns.put(List.of(good));
    patterns.put(List.of(good.support(7, 0.5)));
    assertThat(patterns.find("item", "1").map(LearnedPattern::support)).contains(7L);
  }

  @Test
  void listsThoseWithTheMostSupportFirst() {
    patterns.put(
        List.of(
            LearnedPattern.of("item", "b").support(1, 0),
            LearnedPattern.of("item", "a").support(1, 0),
            LearnedPattern.of("item", "c").support(2, 0),
            LearnedPattern.of("user", "d").support(3, 0)));
    assertThat(patterns.list("item", 2)).extracting(LearnedPattern::key).containsExactly("c", "a");
    assertThatThrownBy(() -> patterns.list("item", 0)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void findsTheNearestByCosine() {
    open.fake.embeddingDimensions(2);
    patterns.put(
        List.of(
            LearnedPattern.of("item", "east").embedding(5, 0),
            LearnedPattern.of("item", "north").embedding(0, 1),
            LearnedPattern.of("item", "west").embedding(-1, 0),
            LearnedPattern.of("item", "none")));
    List<SimilarPattern> found = patterns.similar("item", new float[] {1, 0.1f}, 2);
    assertThat(found).extracting(f -> f.pattern().key()).containsExactly("east", "north");
    assertThat(found.get(0).similarity()).isCloseTo(0.995, within(0.001));
    assertThatThrownBy(() -> patterns.similar("item", new float[] {0, 0}, 2))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> patterns.similar("item", new float[] {1}, 2))
        .isInstanceOf(InvalidInputException.class);
  }
}

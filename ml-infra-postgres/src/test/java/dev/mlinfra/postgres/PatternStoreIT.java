package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternObservation;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.pattern.SimilarPattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PatternStoreIT {
  private static final int LENGTH = 64;

  private final TestDatabase database = TestDatabase.create();
  private final OpenPostgres postgres = OpenPostgres.ready(database);
  private final PatternStore store = postgres.part(PatternStore.class);

  @AfterEach
  void close() {
    postgres.close();
  }

  @Test
  void findsWhatWasPutAndReplacesIt() {
    LearnedPattern first =
        LearnedPattern.of("item", "item-79")
            .counters(Map.of("clicks", 3.0, "ctr", 0.0042))
            .support(7, 0.5)
            .embedding(vector(1));
    store.put(List.of(first, LearnedPattern.of("item", "bare")));
    assertThat(store.find("item", "item-79")).contains(first);
    assertThat(store.find("item", "bare")).contains(LearnedPattern.of("item", "bare"));
    assertThat(store.find("user", "item-79")).isEmpty();

    LearnedPattern second = LearnedPattern.of("item", "item-79").support(8, 1);
    store.put(List.of(second));
    assertThat(store.find("item", "item-79")).contains(second);
  }

  @Test
  void replacesAConnectionThatTheServerEnded() {
    store.put(List.of(LearnedPattern.of("item", "a")));
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    assertThat(store.find("item", "a")).isPresent();
  }

  @Test
  void listsThoseWithTheMostSupportFirst() {
    store.put(
        List.of(
            LearnedPattern.of("item", "c").support(1, 0),
            LearnedPattern.of("item", "b").support(5, 0),
            LearnedPattern.of("item", "a").support(5, 0),
            LearnedPattern.of("user", "x").support(9, 0)));
    assertThat(store.list("item", 10))
        .extracting(LearnedPattern::key)
        .containsExactly("a", "b", "c");
    assertThat(store.list("item", 2)).hasSize(2);
    assertThatThrownBy(() -> store.list("item", 0)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void findsTheNearestByCosineInTheOrderOfAnExactSearch() {
    Random random = new Random(42);
    List<LearnedPattern> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      all.add(LearnedPattern.of(i % 3 == 0 ? "user" : "item", "p" + i).embedding(vector(random)));
    }
    all.add(LearnedPattern.of("item", "without"));
    store.put(all);
    float[] query = vector(random);

    List<SimilarPattern> found = store.similar("item", query, 10);

    assertThat(found)
        .extracting(it -> it.pattern().key())
        .containsExactlyElementsOf(
            all.stream()
                .filter(it -> it.kind().equals("item") && it.embedding().length > 0)
                .sorted(Comparator.comparingDouble(it -> -cosine(it.embedding(), query)))
                .limit(10)
                .map(LearnedPattern::key)
                .toList());
    assertThat(found.get(0).similarity())
        .isCloseTo(cosine(found.get(0).pattern().embedding(), query), offset(1e-5));
    assertThat(store.similar("item", query, 1_000)).hasSize(200);
  }

  @Test
  void refusesAnEmbeddingOfAnotherLengthOrWithoutDirection() {
    LearnedPattern shorter = LearnedPattern.of("item", "x").embedding(1, 2);
    assertThatThrownBy(() -> store.put(List.of(LearnedPattern.of("item", "fine"), shorter)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "pattern.embedding length was 2 but must be 64, as the schema was made;"
                + " pass a vector of that length");
    assertThat(store.find("item", "fine")).isEmpty();
    assertThatThrownBy(() -> store.similar("item", new float[LENGTH], 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("all zeros");
  }

  @Test
  void countsAnEventOnceForAPatternHoweverOftenItComes() {
    PatternObservation click = seen(UUID.randomUUID(), "item-1", 1);
    PatternObservation sameEventOtherPattern = seen(click.eventId(), "item-2", 1);
    assertThat(store.accumulate(List.of(click, click, sameEventOtherPattern))).isEqualTo(2);
    assertThat(store.accumulate(List.of(click, seen(UUID.randomUUID(), "item-1", 2)))).isEqualTo(1);
    assertThat(store.accumulate(List.of())).isZero();

    LearnedPattern counted = store.find("item", "item-1").orElseThrow();
    assertThat(counted.counters()).isEqualTo(Map.of("clicks", 3.0));
    assertThat(counted.support()).isEqualTo(2);
  }

  @Test
  void addsUpWhatSeveralProcessorsSeeAtOnce() throws Exception {
    List<PatternObservation> events = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      events.add(seen(UUID.randomUUID(), "item-" + i % 5, 0.5));
    }
    ExecutorService processors = Executors.newFixedThreadPool(4);
    int fresh = 0;
    try {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(processors.submit(() -> store.accumulate(events)));
      }
      for (Future<Integer> one : all) {
        fresh += one.get();
      }
    } finally {
      processors.shutdownNow();
    }
    assertThat(fresh).isEqualTo(400);
    assertThat(store.list("item", 10))
        .hasSize(5)
        .allMatch(it -> it.counters().equals(Map.of("clicks", 40.0)) && it.support() == 80);
  }

  @Test
  void keepsTheEmbeddingWhileCountsAreAdded() {
    LearnedPattern item =
        LearnedPattern.of("item", "item-1").embedding(vector(1)).counters(Map.of("views", 1.0));
    store.put(List.of(item));
    store.accumulate(List.of(seen(UUID.randomUUID(), "item-1", 1)));
    LearnedPattern counted = store.find("item", "item-1").orElseThrow();
    assertThat(counted.embedding()).isEqualTo(item.embedding());
    assertThat(counted.counters()).isEqualTo(Map.of("views", 1.0, "clicks", 1.0));
  }

  private static PatternObservation seen(UUID event, String key, double clicks) {
    return new PatternObservation(event, "item", key, Map.of("clicks", clicks));
  }

  private static float[] vector(int seed) {
    return vector(new Random(seed));
  }

  private static float[] vector(Random random) {
    float[] vector = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }
}

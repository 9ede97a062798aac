package dev.mlinfra.testing.fake;

import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternObservation;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.pattern.SimilarPattern;
import dev.mlinfra.spi.check.Faults;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/** Keeps patterns, counts each event once and compares embeddings one by one. */
final class FakePatternStore implements PatternStore {
  private static final int MAX_LIST = 100_000;
  private static final int MAX_SIMILAR = 1_000;
  private static final Comparator<LearnedPattern> BY_SUPPORT =
      Comparator.<LearnedPattern>comparingLong(LearnedPattern::support)
          .reversed()
          .thenComparing(LearnedPattern::key);

  private record Key(String kind, String key) {}

  private record Mark(UUID eventId, Key pattern) {}

  private final Faulty faulty;
  private final Embeddings embeddings = new Embeddings();
  private final Object lock = new Object();
  private final Map<Key, LearnedPattern> patterns = new HashMap<>();
  private final Set<Mark> observed = new HashSet<>();

  FakePatternStore(Faulty faulty) {
    this.faulty = faulty;
  }

  void dimensions(int length) {
    embeddings.dimensions(length);
  }

  @Override
  public void put(List<LearnedPattern> added) {
    added.stream()
        .map(LearnedPattern::embedding)
        .filter(e -> e.length > 0)
        .forEach(embeddings::check);
    call(
        () -> {
          added.forEach(pattern -> patterns.put(new Key(pattern.kind(), pattern.key()), pattern));
          return added;
        });
  }

  @Override
  public int accumulate(List<PatternObservation> observations) {
    return call(
        () -> {
          int fresh = 0;
          for (PatternObservation seen : observations) {
            Key key = new Key(seen.kind(), seen.key());
            if (observed.add(new Mark(seen.eventId(), key))) {
              patterns.merge(key, first(seen), (known, one) -> sum(known, seen));
              fresh++;
            }
          }
          return fresh;
        });
  }

  @Override
  public Optional<LearnedPattern> find(String kind, String key) {
    return call(() -> Optional.ofNullable(patterns.get(new Key(kind, key))));
  }

  @Override
  public List<LearnedPattern> list(String kind, int limit) {
    new Faults().range("patterns.limit", limit, 1, MAX_LIST).refuseIfAny();
    return call(() -> of(kind).stream().sorted(BY_SUPPORT).limit(limit).toList());
  }

  @Override
  public List<SimilarPattern> similar(String kind, float[] embedding, int limit) {
    new Faults().range("patterns.limit", limit, 1, MAX_SIMILAR).refuseIfAny();
    embeddings.check(embedding);
    return call(
        () ->
            of(kind).stream()
                .filter(pattern -> pattern.embedding().length > 0)
                .map(p -> new SimilarPattern(p, Embeddings.cosine(embedding, p.embedding())))
                .sorted(Comparator.comparingDouble(SimilarPattern::similarity).reversed())
                .limit(limit)
                .toList());
  }

  /** How many patterns are kept. */
  long size() {
    synchronized (lock) {
      return patterns.size();
    }
  }

  private <T> T call(Supplier<T> work) {
    return faulty.call(
        Part.PATTERN_STORE,
        () -> {
          synchronized (lock) {
            return work.get();
          }
        });
  }

  private List<LearnedPattern> of(String kind) {
    return patterns.values().stream().filter(p -> p.kind().equals(kind)).toList();
  }

  private static LearnedPattern first(PatternObservation seen) {
    return LearnedPattern.of(seen.kind(), seen.key()).counters(seen.increments()).support(1, 0);
  }

  private static LearnedPattern sum(LearnedPattern known, PatternObservation seen) {
    Map<String, Double> sums = new HashMap<>(known.counters());
    seen.increments().forEach((name, amount) -> sums.merge(name, amount, Double::sum));
    return known.counters(sums).support(known.support() + 1, known.confidence());
  }
}

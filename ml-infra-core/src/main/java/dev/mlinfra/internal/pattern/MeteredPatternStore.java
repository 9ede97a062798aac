package dev.mlinfra.internal.pattern;

import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternObservation;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.pattern.SimilarPattern;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Measures a pattern store. */
public record MeteredPatternStore(PatternStore store, Telemetry telemetry) implements PatternStore {
  @Override
  public void put(List<LearnedPattern> patterns) {
    timed(
        "put",
        () -> {
          store.put(patterns);
          return patterns;
        });
  }

  @Override
  public int accumulate(List<PatternObservation> observations) {
    return timed("accumulate", () -> store.accumulate(observations));
  }

  @Override
  public Optional<LearnedPattern> find(String kind, String key) {
    return timed("find", () -> store.find(kind, key));
  }

  @Override
  public List<LearnedPattern> list(String kind, int limit) {
    return timed("list", () -> store.list(kind, limit));
  }

  @Override
  public List<SimilarPattern> similar(String kind, float[] embedding, int limit) {
    return timed("similar", () -> store.similar(kind, embedding, limit));
  }

  private <T> T timed(String operation, Supplier<T> call) {
    long start = System.nanoTime();
    T result = call.get();
    telemetry.time(Instrument.PATTERNS_CALL, System.nanoTime() - start, operation);
    return result;
  }
}

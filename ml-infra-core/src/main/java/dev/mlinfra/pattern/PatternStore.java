package dev.mlinfra.pattern;

import java.util.List;
import java.util.Optional;

/**
 * Keeps what was learned. Thread-safe; all methods block for one call to the store. Implemented by
 * modules, used by hosts.
 *
 * @since 0.1
 */
public interface PatternStore {
  /**
   * Stores patterns, replacing those of the same kind and key. All or none.
   *
   * @param patterns what was learned
   * @throws dev.mlinfra.error.InvalidInputException when an embedding has the wrong length
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @since 0.1
   */
  void put(List<LearnedPattern> patterns);

  /**
   * Adds what events say to the counters and support of their patterns, which are made where they
   * do not exist. An event that was added before adds nothing, so that a handler may be called
   * again with the same events. All or none.
   *
   * @param observations what events say
   * @return how many observations were new
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @since 0.1
   */
  int accumulate(List<PatternObservation> observations);

  /**
   * Finds one pattern.
   *
   * @param kind its kind
   * @param key its key
   * @return empty when there is none
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  Optional<LearnedPattern> find(String kind, String key);

  /**
   * Lists the patterns of a kind.
   *
   * @param kind the kind
   * @param limit most patterns, 1 to 100,000
   * @return those with the most support first, then by key
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<LearnedPattern> list(String kind, int limit);

  /**
   * Finds the patterns whose embedding is nearest by cosine.
   *
   * @param kind the kind
   * @param embedding finite values, as many as the store is configured for
   * @param limit most patterns, 1 to 1,000
   * @return nearest first
   * @throws dev.mlinfra.error.InvalidInputException when the embedding has the wrong length
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<SimilarPattern> similar(String kind, float[] embedding, int limit);
}

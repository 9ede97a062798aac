package dev.mlinfra.spi;

import java.util.List;

/**
 * Keeps dead letters. Thread-safe; all methods block.
 *
 * @since 0.1
 */
public interface DeadLetterStore {
  /**
   * Keeps a letter once for each origin and subject. Characters that the store cannot hold are
   * escaped.
   *
   * @param letter what cannot be processed
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @since 0.1
   */
  void park(DeadLetter letter);

  /**
   * Lists letters of an origin.
   *
   * @param origin whose
   * @param limit most letters
   * @return newest first
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<DeadLetter> list(String origin, int limit);
}

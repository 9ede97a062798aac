package dev.mlinfra.internal.buffer;

import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import java.util.Optional;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a row that the store refuses aside, with its cause. */
public final class DeadLetters<T> {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

  private final Optional<DeadLetterStore> store;
  private final BiFunction<T, String, DeadLetter> letter;

  /** Makes one; without a store rows are logged and counted as unstorable. */
  public DeadLetters(Optional<DeadLetterStore> store, BiFunction<T, String, DeadLetter> letter) {
    this.store = store;
    this.letter = letter;
  }

  /** Returns false when there is no place for it; throws when the place is out of reach. */
  boolean park(T row, String cause) {
    DeadLetter parked = letter.apply(row, cause);
    if (store.isEmpty()) {
      LOG.error(
          "{} {} cannot be stored and no module keeps dead letters: {}",
          parked.origin(),
          parked.subjectId(),
          cause);
      return false;
    }
    store.get().park(parked);
    LOG.warn("{} {} parked as a dead letter: {}", parked.origin(), parked.subjectId(), cause);
    return true;
  }
}

package dev.mlinfra.internal.buffer;

import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.runtime.Causes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows on their way to a store, in their order. Those that the store refuses are halved until the
 * row that it refuses stands alone, which is parked as a dead letter. Confined to one thread.
 *
 * @param <R> some rows together
 */
public final class PendingRows<R> {
  private static final Logger LOG = LoggerFactory.getLogger(PendingRows.class);

  /** What became of rows that were refused. */
  public enum Refused {
    /** Their halves are tried next. */
    HALVED,
    /** The row is a dead letter. */
    PARKED,
    /** Nobody keeps the row. */
    LOST
  }

  /** How rows lie together. */
  public interface Form<R> {
    /** How many there are. */
    int count(R rows);

    /** Some of them. */
    R slice(R rows, int from, int to);

    /** What is kept of a row that stands alone. */
    DeadLetter letter(R row, String cause);
  }

  /** Stores rows, all or nothing. */
  @FunctionalInterface
  public interface Store<R> {
    /** Stores rows; {@code firstAttempt} is false when some may be stored already. */
    Written write(R rows, boolean firstAttempt);
  }

  private record Part<R>(R rows, boolean firstAttempt) {}

  private final Form<R> form;
  private final Optional<DeadLetterStore> letters;
  private final Deque<Part<R>> parts = new ArrayDeque<>();

  /** Makes an empty one; without a store for dead letters, rows that are refused are lost. */
  public PendingRows(Form<R> form, Optional<DeadLetterStore> letters) {
    this.form = form;
    this.letters = letters;
  }

  /** Adds rows that come last. */
  public void add(R rows, boolean firstAttempt) {
    parts.addLast(new Part<>(rows, firstAttempt));
  }

  /** Whether nothing is left. */
  public boolean isEmpty() {
    return parts.isEmpty();
  }

  /** The rows that come first; there must be some. */
  public R first() {
    return parts.getFirst().rows;
  }

  /** Whether no part of those was ever sent. */
  public boolean isFirstAttempt() {
    return parts.getFirst().firstAttempt;
  }

  /** How many rows come first. */
  public int firstCount() {
    return form.count(first());
  }

  /** Sends the rows that come first, which leave once they are stored. */
  public Written send(Store<R> store) {
    Part<R> part = parts.getFirst();
    Part<R> sent = new Part<>(part.rows, false);
    parts.removeFirst();
    parts.addFirst(sent);
    Written written = store.write(part.rows, part.firstAttempt);
    remove();
    return written;
  }

  /** Lets the rows that come first go. */
  public void remove() {
    parts.removeFirst();
  }

  /** Makes two of the rows that come first; there must be more than one. */
  public void halve() {
    R rows = first();
    int count = form.count(rows);
    Part<R> upper = new Part<>(form.slice(rows, count / 2, count), false);
    Part<R> lower = new Part<>(form.slice(rows, 0, count / 2), false);
    remove(); // not before there is memory for both
    parts.addFirst(upper);
    parts.addFirst(lower);
  }

  /** Goes on after a refusal of the rows that come first; throws when a row cannot be parked. */
  public Refused halveOrPark(Throwable cause) {
    if (firstCount() > 1) {
      halve();
      return Refused.HALVED;
    }
    String why = Causes.oneLine(cause);
    DeadLetter letter = form.letter(first(), why);
    if (letters.isEmpty()) {
      LOG.error(
          "{} {} cannot be stored and no module keeps dead letters: {}",
          letter.origin(),
          letter.subjectId(),
          why);
    } else {
      letters.get().park(letter);
      LOG.warn("{} {} parked as a dead letter: {}", letter.origin(), letter.subjectId(), why);
    }
    remove();
    return letters.isEmpty() ? Refused.LOST : Refused.PARKED;
  }

  /** Lets all go and returns how many rows those were. */
  long clear() {
    long rows = parts.stream().mapToLong(part -> form.count(part.rows)).sum();
    parts.clear();
    return rows;
  }
}

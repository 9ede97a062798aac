package dev.mlinfra.internal.buffer;

import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.RowBatch;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A kind of rows: all that buffers and spools know of what they carry. Thread-safe. */
public abstract class RowKind<T> {
  private final String name;
  private final @Nullable Masking<T> masking;

  /** Makes one of that name in messages, meters, dead letters and files. */
  protected RowKind(String name, @Nullable Masking<T> masking) {
    this.name = name;
    this.masking = masking;
  }

  /** What it is called in messages, meters, dead letters and files. */
  public final String name() {
    return name;
  }

  final @Nullable Masking<T> masking() {
    return masking;
  }

  /** The id whose hash decides sampling, so that a decision and its feedback share their fate. */
  protected abstract UUID fateId(T value);

  /** How much heap a value holds, roughly; always the same for one value. */
  protected abstract int sizeBytes(T value);

  /** The rule that a value breaks, in one line. */
  protected abstract Optional<String> fault(T value);

  /** What is kept of a value that the store refuses for a cause. */
  protected abstract DeadLetter letter(T value, String cause);

  /** Whether a buffer that fills up may take a share only, where its options ask for it. */
  protected boolean sampledByLoad() {
    return false;
  }

  /** Hears of rows that go to the store for the first time, or were kept on disk. */
  public void leaving(RowBatch<T> rows) {}
}

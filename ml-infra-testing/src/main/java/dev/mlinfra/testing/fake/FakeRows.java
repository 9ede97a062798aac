package dev.mlinfra.testing.fake;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Stores rows, also those that it encoded as a number, keeping the rest: this fake alone can read
 * its rows back.
 */
final class FakeRows<T> implements RowSink<T>, RowStore<T> {
  private final String origin;
  private final Function<T, String> id;
  private final BiFunction<List<LoggedRow<T>>, Boolean, Written> store;
  private final AtomicLong number = new AtomicLong(System.nanoTime());
  private final Map<Long, LoggedRow<T>> rows = new ConcurrentHashMap<>();

  FakeRows(
      String origin,
      Function<T, String> id,
      BiFunction<List<LoggedRow<T>>, Boolean, Written> store) {
    this.origin = origin;
    this.id = id;
    this.store = store;
  }

  @Override
  public Written write(RowBatch<T> batch, boolean firstAttempt) {
    return store.apply(batch, firstAttempt);
  }

  @Override
  public Optional<RowStore<T>> rows() {
    return Optional.of(this);
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public boolean reads(int version) {
    return version == version();
  }

  @Override
  public EncodedRows encode(RowBatch<T> batch) {
    ByteBuffer bytes = ByteBuffer.allocate(batch.size() * Long.BYTES);
    int[] ends = new int[batch.size()];
    for (int i = 0; i < ends.length; i++) {
      long key = number.incrementAndGet();
      rows.put(key, batch.get(i));
      ends[i] = bytes.putLong(key).position();
    }
    return new EncodedRows(bytes.array(), ends);
  }

  @Override
  public Written store(EncodedRows encoded, boolean firstAttempt) {
    List<LoggedRow<T>> batch = new ArrayList<>();
    for (int row = 0; row < encoded.count(); row++) {
      batch.add(row(encoded, row));
    }
    return store.apply(batch, firstAttempt);
  }

  @Override
  public DeadLetter letter(EncodedRows encoded, String cause) {
    LoggedRow<T> row = rows.get(key(encoded, 0));
    String subject = row == null ? "unknown-" + key(encoded, 0) : id.apply(row.value());
    return new DeadLetter(origin, subject, String.valueOf(row), cause, 1);
  }

  private LoggedRow<T> row(EncodedRows encoded, int row) {
    LoggedRow<T> found = rows.get(key(encoded, row));
    if (found == null) {
      throw new CorruptDataException(
          "row "
              + key(encoded, row)
              + " was encoded by another fake but must be of this one; use an empty directory");
    }
    return found;
  }

  private static long key(EncodedRows encoded, int row) {
    return ByteBuffer.wrap(encoded.bytes()).getLong(encoded.start(row));
  }
}

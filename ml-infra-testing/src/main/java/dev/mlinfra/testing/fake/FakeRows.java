package dev.mlinfra.testing.fake;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Encodes a row as a number and keeps the rest: this fake alone can read its rows back. */
final class FakeRows<T> implements RowStore<T> {
  private final String origin;
  private final Function<T, String> id;
  private final BiFunction<List<T>, Boolean, Written> store;
  private final AtomicLong number = new AtomicLong(System.nanoTime());
  private final Map<Long, T> rows = new ConcurrentHashMap<>();

  FakeRows(String origin, Function<T, String> id, BiFunction<List<T>, Boolean, Written> store) {
    this.origin = origin;
    this.id = id;
    this.store = store;
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public EncodedRows encode(List<T> batch) {
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
    List<T> batch = new ArrayList<>();
    for (int row = 0; row < encoded.count(); row++) {
      batch.add(row(encoded, row));
    }
    return store.apply(batch, firstAttempt);
  }

  @Override
  public DeadLetter letter(EncodedRows encoded, String cause) {
    T row = rows.get(key(encoded, 0));
    String subject = row == null ? "unknown-" + key(encoded, 0) : id.apply(row);
    return new DeadLetter(origin, subject, String.valueOf(row), cause, 1);
  }

  private T row(EncodedRows encoded, int row) {
    T found = rows.get(key(encoded, row));
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

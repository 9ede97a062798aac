package dev.mlinfra;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Encodes a row as its id and remembers the rest for every process of the test. */
record RememberedRows<T>(
    String origin, Function<T, UUID> id, BiFunction<List<T>, Boolean, Written> store)
    implements RowStore<T> {
  private static final int BYTES = 16;
  private static final Map<UUID, Object> REMEMBERED = new ConcurrentHashMap<>();

  @Override
  public int version() {
    return 3;
  }

  @Override
  public EncodedRows encode(List<T> batch) {
    ByteBuffer bytes = ByteBuffer.allocate(batch.size() * BYTES);
    int[] ends = new int[batch.size()];
    for (int i = 0; i < ends.length; i++) {
      UUID key = id.apply(batch.get(i));
      if (batch.get(i).toString().contains("not-encodable")) {
        throw new CorruptDataException("row cannot be encoded in the test");
      }
      REMEMBERED.put(key, batch.get(i));
      bytes.putLong(key.getMostSignificantBits()).putLong(key.getLeastSignificantBits());
      ends[i] = bytes.position();
    }
    return new EncodedRows(bytes.array(), ends);
  }

  @Override
  @SuppressWarnings("unchecked") // each id belongs to one kind
  public Written store(EncodedRows rows, boolean firstAttempt) {
    List<T> batch = new ArrayList<>();
    for (int i = 0; i < rows.count(); i++) {
      batch.add((T) Objects.requireNonNull(REMEMBERED.get(id(rows, i))));
    }
    return store.apply(batch, firstAttempt);
  }

  @Override
  public DeadLetter letter(EncodedRows row, String cause) {
    return new DeadLetter(origin, id(row, 0).toString(), "a row", cause, 1);
  }

  private static UUID id(EncodedRows rows, int row) {
    ByteBuffer bytes = ByteBuffer.wrap(rows.bytes());
    int at = rows.start(row);
    return new UUID(bytes.getLong(at), bytes.getLong(at + Long.BYTES));
  }
}

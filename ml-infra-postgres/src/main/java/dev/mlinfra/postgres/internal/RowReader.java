package dev.mlinfra.postgres.internal;

import dev.mlinfra.spi.EncodedRows;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads fields of rows in PostgreSQL's binary COPY format. */
final class RowReader {
  private static final int FIRST_FIELD = Short.BYTES + Integer.BYTES;
  private static final int UUID_BYTES = 2 * Long.BYTES;
  private static final int SECOND_FIELD = FIRST_FIELD + UUID_BYTES + Integer.BYTES;
  private static final long MICROS_PER_SECOND = 1_000_000L;

  /** Columns that may not be absent, and what rows had in mind that lack them. */
  private static final Set<String> FALSE_BEFORE = Set.of("deferred", "replaces");

  private RowReader() {}

  /** The first field, a UUID. */
  static UUID id(EncodedRows rows, int row) {
    return uuid(rows, rows.start(row) + FIRST_FIELD);
  }

  /** The second field, a UUID behind a UUID. */
  static UUID secondId(EncodedRows rows, int row) {
    return uuid(rows, rows.start(row) + SECOND_FIELD);
  }

  /** The second field, a time behind a UUID, in seconds since 1970. */
  static long epochSecond(EncodedRows rows, int row) {
    return Math.floorDiv(micros(rows, row), MICROS_PER_SECOND) + CopyWriter.POSTGRES_EPOCH_SECONDS;
  }

  /** The same, to the microsecond. */
  static Instant time(EncodedRows rows, int row) {
    long micros = Math.floorMod(micros(rows, row), MICROS_PER_SECOND);
    return Instant.ofEpochSecond(epochSecond(rows, row)).plus(micros, ChronoUnit.MICROS);
  }

  private static long micros(EncodedRows rows, int row) {
    return ByteBuffer.wrap(rows.bytes()).getLong(rows.start(row) + SECOND_FIELD);
  }

  /** The last field, a text; null where it is absent. */
  static @Nullable String lastText(EncodedRows rows, int row) {
    return text(rows, row, ByteBuffer.wrap(rows.bytes()).getShort(rows.start(row)) - 1);
  }

  /** The field behind so many others, a text; null where it is absent. */
  static @Nullable String text(EncodedRows rows, int row, int field) {
    ByteBuffer bytes = ByteBuffer.wrap(rows.bytes());
    int at = rows.start(row) + Short.BYTES;
    for (int before = 0; before < field; before++) {
      at += Integer.BYTES + Math.max(0, bytes.getInt(at));
    }
    int length = bytes.getInt(at);
    return length < 0
        ? null
        : new String(rows.bytes(), at + Integer.BYTES, length, StandardCharsets.UTF_8);
  }

  /** Rows with all columns: what older rows lack at their end was not so, or is absent. */
  static EncodedRows padded(EncodedRows rows, List<String> columns) {
    int fields = columns.size();
    ByteBuffer in = ByteBuffer.wrap(rows.bytes());
    int lacking = 0;
    for (int row = 0; row < rows.count(); row++) {
      lacking += Math.max(0, fields - in.getShort(rows.start(row)));
    }
    if (lacking == 0) {
      return rows;
    }
    ByteBuffer out = ByteBuffer.allocate(rows.length() + lacking * (Integer.BYTES + 1));
    int[] ends = new int[rows.count()];
    for (int row = 0; row < ends.length; row++) {
      int start = rows.start(row);
      int has = in.getShort(start);
      int body = start + Short.BYTES;
      out.putShort((short) Math.max(has, fields));
      out.put(rows.bytes(), body, rows.end(row) - body);
      for (int field = has; field < fields; field++) {
        if (FALSE_BEFORE.contains(columns.get(field))) {
          out.putInt(1).put((byte) 0);
        } else {
          out.putInt(-1);
        }
      }
      ends[row] = out.position();
    }
    return new EncodedRows(out.array(), ends);
  }

  private static UUID uuid(EncodedRows rows, int at) {
    ByteBuffer bytes = ByteBuffer.wrap(rows.bytes());
    return new UUID(bytes.getLong(at), bytes.getLong(at + Long.BYTES));
  }
}

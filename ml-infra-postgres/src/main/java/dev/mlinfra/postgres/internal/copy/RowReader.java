package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.spi.EncodedRows;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads fields of rows in PostgreSQL's binary COPY format, each behind so many others. */
final class RowReader {
  private static final long MICROS_PER_SECOND = 1_000_000L;

  private RowReader() {}

  static UUID uuid(EncodedRows rows, int row, int field) {
    ByteBuffer bytes = at(rows, row, field);
    int length = bytes.getInt();
    return length < 0 ? new UUID(0, 0) : new UUID(bytes.getLong(), bytes.getLong());
  }

  /** A time in seconds since 1970. */
  static long epochSecond(EncodedRows rows, int row, int field) {
    return Math.floorDiv(micros(rows, row, field), MICROS_PER_SECOND)
        + CopyWriter.POSTGRES_EPOCH_SECONDS;
  }

  /** A time, to the microsecond. */
  static Instant time(EncodedRows rows, int row, int field) {
    return Instant.ofEpochSecond(CopyWriter.POSTGRES_EPOCH_SECONDS)
        .plus(micros(rows, row, field), ChronoUnit.MICROS);
  }

  /** A text; null where it is absent. */
  static @Nullable String text(EncodedRows rows, int row, int field) {
    ByteBuffer bytes = at(rows, row, field);
    int length = bytes.getInt();
    return length < 0
        ? null
        : new String(rows.bytes(), bytes.position(), length, StandardCharsets.UTF_8);
  }

  private static long micros(EncodedRows rows, int row, int field) {
    ByteBuffer bytes = at(rows, row, field);
    return bytes.getInt() < 0 ? 0 : bytes.getLong();
  }

  private static ByteBuffer at(EncodedRows rows, int row, int field) {
    ByteBuffer bytes = ByteBuffer.wrap(rows.bytes());
    int at = rows.start(row) + Short.BYTES;
    for (int before = 0; before < field; before++) {
      at += Integer.BYTES + Math.max(0, bytes.getInt(at));
    }
    return bytes.position(at);
  }
}

package dev.mlinfra.postgres.internal;

import dev.mlinfra.spi.EncodedRows;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Reads fields of fixed length at the start of rows in PostgreSQL's binary COPY format. */
final class RowReader {
  private static final int FIRST_FIELD = Short.BYTES + Integer.BYTES;
  private static final int UUID_BYTES = 2 * Long.BYTES;
  private static final int SECOND_FIELD = FIRST_FIELD + UUID_BYTES + Integer.BYTES;
  private static final long MICROS_PER_SECOND = 1_000_000L;

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
    long micros = ByteBuffer.wrap(rows.bytes()).getLong(rows.start(row) + SECOND_FIELD);
    return Math.floorDiv(micros, MICROS_PER_SECOND) + CopyWriter.POSTGRES_EPOCH_SECONDS;
  }

  private static UUID uuid(EncodedRows rows, int at) {
    ByteBuffer bytes = ByteBuffer.wrap(rows.bytes());
    return new UUID(bytes.getLong(at), bytes.getLong(at + Long.BYTES));
  }
}

package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.spi.EncodedRows;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Encodes rows in PostgreSQL's binary COPY format into a buffer that is reused, and hands full
 * buffers to the server. A row is never split over a failure: it is sent whole or not at all. Not
 * thread-safe.
 */
public final class CopyWriter {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int FLUSH_BYTES = 64 << 10;
  private static final int KEEP_BYTES = 1 << 20;
  private static final int FLOAT4_OID = 700;
  private static final long REAL_LENGTH = (long) Float.BYTES << Integer.SIZE;
  private static final int NULL_LENGTH = -1;
  private static final int END = -1;
  private static final byte JSONB_VERSION = 1;
  static final long POSTGRES_EPOCH_SECONDS = 946_684_800L;
  private static final long MICROS_PER_SECOND = 1_000_000L;

  /** Numbers by their place. */
  @FunctionalInterface
  interface Reals {
    float at(int index);
  }

  /** The rows of one copy. */
  @FunctionalInterface
  public interface Rows {
    /** Writes them, each begun by {@link CopyWriter#row}. */
    void into(CopyWriter writer) throws SQLException;
  }

  /** Takes bytes, which are reused afterwards: the server's end of a copy, or memory. */
  @FunctionalInterface
  private interface Sink {
    void write(byte[] bytes, int from, int length) throws SQLException;
  }

  private final Sink sink;
  private final int flushAt;
  private byte[] buffer;
  private int size;
  private int flushed;

  private CopyWriter(Sink sink, byte[] buffer, int flushAt) {
    this.sink = sink;
    this.buffer = buffer;
    this.flushAt = flushAt;
  }

  /** One that keeps all of it, with room for so many bytes before it has to grow. */
  static CopyWriter inMemory(int room) {
    return new CopyWriter((bytes, from, length) -> {}, new byte[room], Integer.MAX_VALUE);
  }

  /** Copies rows into columns of a table and returns the buffer to use for the next copy. */
  public static byte[] copy(
      Connection connection, String table, List<String> columns, byte[] buffer, Rows rows)
      throws SQLException {
    String sql =
        "COPY " + table + " (" + String.join(", ", columns) + ") FROM STDIN (FORMAT binary)";
    CopyIn copy = driver(connection).getCopyAPI().copyIn(sql);
    CopyWriter writer = new CopyWriter(copy::writeToCopy, buffer, FLUSH_BYTES);
    try {
      writer.put(SIGNATURE, 0, SIGNATURE.length);
      rows.into(writer);
      writer.int2(END);
      writer.flush();
      copy.endCopy();
      return writer.reusable();
    } catch (SQLException | RuntimeException | Error e) {
      cancel(copy, e);
      throw e;
    }
  }

  private static PGConnection driver(Connection connection) throws SQLException {
    if (!connection.isWrapperFor(PGConnection.class)) {
      throw new ConfigException(
          "postgres got a "
              + connection.getMetaData().getDriverName()
              + " connection from the host's DataSource but must have one that unwraps to"
              + " org.postgresql.PGConnection; pass a DataSource of pgjdbc or use Postgres.at(url)");
    }
    return connection.unwrap(PGConnection.class);
  }

  private static void cancel(CopyIn copy, Throwable cause) {
    try {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  public static byte[] newBuffer() {
    return new byte[FLUSH_BYTES + (FLUSH_BYTES >> 1)];
  }

  /** Starts a row; exactly that many fields must follow. */
  public CopyWriter row(int fields) throws SQLException {
    if (size >= flushAt) {
      flush();
    }
    int2(fields);
    return this;
  }

  /** Writes rows that were encoded before. */
  void encoded(EncodedRows rows) throws SQLException {
    flush();
    for (int at = 0; at < rows.length(); at += FLUSH_BYTES) {
      sink.write(rows.bytes(), at, Math.min(FLUSH_BYTES, rows.length() - at));
    }
  }

  /** How many bytes were written so far. */
  int position() {
    return Math.addExact(flushed, size);
  }

  CopyWriter uuid(UUID value) {
    int4(16);
    raw8(value.getMostSignificantBits());
    raw8(value.getLeastSignificantBits());
    return this;
  }

  public CopyWriter time(Instant value) {
    int4(Long.BYTES);
    raw8(micros(value));
    return this;
  }

  CopyWriter float8(double value) {
    int4(Double.BYTES);
    raw8(Double.doubleToRawLongBits(value));
    return this;
  }

  public CopyWriter int8(@Nullable Long value) {
    return value == null ? absent() : int8(value.longValue());
  }

  public CopyWriter int8(long value) {
    int4(Long.BYTES);
    raw8(value);
    return this;
  }

  CopyWriter bool(boolean value) {
    int4(1);
    ensure(1);
    buffer[size++] = (byte) (value ? 1 : 0);
    return this;
  }

  public CopyWriter integer(int value) {
    int4(Integer.BYTES);
    int4(value);
    return this;
  }

  public CopyWriter bytes(byte[] value) {
    int4(value.length);
    put(value, 0, value.length);
    return this;
  }

  public CopyWriter text(@Nullable String value) {
    if (value == null) {
      return absent();
    }
    int at = skipLength();
    utf8(value);
    setLength(at);
    return this;
  }

  CopyWriter jsonb(@Nullable String value) {
    if (value == null) {
      return absent();
    }
    int at = skipLength();
    ensure(1);
    buffer[size++] = JSONB_VERSION;
    utf8(value);
    setLength(at);
    return this;
  }

  /** Writes a one-dimensional {@code real[]}. */
  CopyWriter reals(int count, Reals values) {
    int4(5 * Integer.BYTES + count * (Integer.BYTES + Float.BYTES));
    int4(1);
    int4(0);
    int4(FLOAT4_OID);
    int4(count);
    int4(1);
    ensure(count * Long.BYTES);
    byte[] out = buffer;
    int at = size;
    for (int i = 0; i < count; i++) {
      LONG.set(
          out, at, REAL_LENGTH | Integer.toUnsignedLong(Float.floatToRawIntBits(values.at(i))));
      at += Long.BYTES;
    }
    size = at;
    return this;
  }

  CopyWriter absent() {
    int4(NULL_LENGTH);
    return this;
  }

  /** What was written, if nothing was handed over; longer than {@link #position}. */
  byte[] written() {
    return buffer;
  }

  /** A very large one is let go. */
  private byte[] reusable() {
    return buffer.length <= KEEP_BYTES ? buffer : newBuffer();
  }

  static long micros(Instant value) {
    return Math.addExact(
        Math.multiplyExact(value.getEpochSecond() - POSTGRES_EPOCH_SECONDS, MICROS_PER_SECOND),
        value.getNano() / 1_000);
  }

  private void flush() throws SQLException {
    sink.write(buffer, 0, size);
    flushed = position();
    size = 0;
  }

  private int skipLength() {
    int at = size;
    int4(0);
    return at;
  }

  private void setLength(int at) {
    int length = size - at - Integer.BYTES;
    INT.set(buffer, at, length);
  }

  private void utf8(String value) {
    int length = value.length();
    ensure(3 * length);
    for (int i = ascii(value); i < length; i++) {
      char c = value.charAt(i);
      if (c < 0x80) {
        buffer[size++] = (byte) c;
      } else if (c < 0x800) {
        buffer[size++] = (byte) (0xC0 | (c >> 6));
        buffer[size++] = (byte) (0x80 | (c & 0x3F));
      } else if (!Character.isSurrogate(c)) {
        buffer[size++] = (byte) (0xE0 | (c >> 12));
        buffer[size++] = (byte) (0x80 | ((c >> 6) & 0x3F));
        buffer[size++] = (byte) (0x80 | (c & 0x3F));
      } else {
        supplementary(value, i);
        i++;
      }
    }
  }

  /** Writes what comes before the first character that takes more than a byte. */
  private int ascii(String value) {
    byte[] out = buffer;
    int at = size;
    int length = value.length();
    int i = 0;
    for (; i < length && value.charAt(i) < 0x80; i++) {
      out[at + i] = (byte) value.charAt(i);
    }
    size = at + i;
    return i;
  }

  private void supplementary(String value, int at) {
    int point = value.codePointAt(at);
    if (point < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
      throw new CorruptDataException(
          "text had an unpaired surrogate at " + at + " but must be valid Unicode; remove it");
    }
    buffer[size++] = (byte) (0xF0 | (point >> 18));
    buffer[size++] = (byte) (0x80 | ((point >> 12) & 0x3F));
    buffer[size++] = (byte) (0x80 | ((point >> 6) & 0x3F));
    buffer[size++] = (byte) (0x80 | (point & 0x3F));
  }

  private void int2(int value) {
    ensure(Short.BYTES);
    buffer[size++] = (byte) (value >>> 8);
    buffer[size++] = (byte) value;
  }

  private void int4(int value) {
    ensure(Integer.BYTES);
    INT.set(buffer, size, value);
    size += Integer.BYTES;
  }

  private void raw8(long value) {
    ensure(Long.BYTES);
    LONG.set(buffer, size, value);
    size += Long.BYTES;
  }

  private void put(byte[] bytes, int from, int length) {
    ensure(length);
    System.arraycopy(bytes, from, buffer, size, length);
    size += length;
  }

  private void ensure(int more) {
    if (buffer.length - size < more) {
      buffer = Arrays.copyOf(buffer, Math.addExact(Math.max(buffer.length, more), buffer.length));
    }
  }
}

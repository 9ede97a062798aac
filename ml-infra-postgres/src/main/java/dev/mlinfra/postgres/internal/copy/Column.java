package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.spi.RowBatch;
import java.nio.ByteBuffer;
import java.sql.SQLException;

/** A column that rows are copied into. Immutable. */
class Column<T> {
  /** What rows had in mind that were encoded before there was the column. */
  enum Before {
    ABSENT {
      @Override
      void put(ByteBuffer field) {
        field.putInt(-1);
      }
    },
    FALSE {
      @Override
      void put(ByteBuffer field) {
        field.putInt(1).put((byte) 0);
      }
    };

    static final int MOST_BYTES = Integer.BYTES + 1;

    abstract void put(ByteBuffer field);
  }

  /** Writes exactly one field, of a value that is a row of a batch. */
  @FunctionalInterface
  interface Encoder<T> {
    void encode(CopyWriter to, T value, RowBatch<T> rows, int row) throws SQLException;
  }

  private final String name;
  private final int since;
  private final Before before;
  private final Encoder<T> encoder;

  /** Makes one that rows have since a version of their form. */
  Column(String name, int since, Before before, Encoder<T> encoder) {
    this.name = name;
    this.since = since;
    this.before = before;
    this.encoder = encoder;
  }

  /** Makes one that rows always had. */
  Column(String name, Encoder<T> encoder) {
    this(name, 1, Before.ABSENT, encoder);
  }

  String name() {
    return name;
  }

  int since() {
    return since;
  }

  Before before() {
    return before;
  }

  Encoder<T> encoder() {
    return encoder;
  }
}

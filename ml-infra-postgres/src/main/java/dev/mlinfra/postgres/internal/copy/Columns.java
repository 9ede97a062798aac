package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowBatch;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns that rows of a table are copied into. Their order is that of the fields; where a
 * column stands and which ones older rows have is asked here and known nowhere else. Immutable.
 */
final class Columns<T> {
  private final List<? extends Column<T>> columns;
  private final Column.Encoder<T>[] encoders;
  private final List<String> names;
  private final int version;
  private final Map<Integer, Integer> versionsByFields = new HashMap<>();

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array, since each row goes through it
  Columns(List<? extends Column<T>> columns) {
    this.columns = List.copyOf(columns);
    this.encoders = columns.stream().map(Column::encoder).toArray(Column.Encoder[]::new);
    this.names = columns.stream().map(Column::name).toList();
    this.version = columns.stream().mapToInt(Column::since).max().orElseThrow();
    for (int older = 1; older <= version; older++) {
      versionsByFields.put(fields(older), older);
    }
  }

  List<String> names() {
    return names;
  }

  /** Of the form of the rows; each version so far added columns, which stand anywhere. */
  int version() {
    return version;
  }

  /** Behind how many others a column stands. */
  int position(String name) {
    int position = names.indexOf(name);
    if (position < 0) {
      throw new IllegalArgumentException("no column " + name + " among " + names);
    }
    return position;
  }

  /** Writes one row. */
  void encode(CopyWriter to, RowBatch<T> rows, int row) throws SQLException {
    T value = rows.value(row);
    to.row(encoders.length);
    for (Column.Encoder<T> encoder : encoders) {
      encoder.encode(to, value, rows, row);
    }
  }

  /** Rows with all columns, in place of rows some of which are of older versions. */
  EncodedRows complete(EncodedRows rows) {
    ByteBuffer in = ByteBuffer.wrap(rows.bytes());
    int lacking = 0;
    for (int row = 0; row < rows.count(); row++) {
      lacking += Math.max(0, columns.size() - in.getShort(rows.start(row)));
    }
    if (lacking == 0) {
      return rows;
    }
    ByteBuffer out = ByteBuffer.allocate(rows.length() + lacking * Column.Before.MOST_BYTES);
    int[] ends = new int[rows.count()];
    for (int row = 0; row < ends.length; row++) {
      Integer had = versionsByFields.get((int) in.getShort(rows.start(row)));
      if (had == null) {
        out.put(rows.bytes(), rows.start(row), rows.end(row) - rows.start(row));
      } else {
        complete(in.position(rows.start(row) + Short.BYTES), had, out);
      }
      ends[row] = out.position();
    }
    return new EncodedRows(out.array(), ends);
  }

  private void complete(ByteBuffer in, int had, ByteBuffer out) {
    out.putShort((short) columns.size());
    for (Column<T> column : columns) {
      if (column.since() > had) {
        column.before().put(out);
      } else {
        int bytes = Integer.BYTES + Math.max(0, in.getInt(in.position()));
        out.put(in.slice(in.position(), bytes));
        in.position(in.position() + bytes);
      }
    }
  }

  private int fields(int older) {
    return (int) columns.stream().filter(column -> column.since() <= older).count();
  }
}

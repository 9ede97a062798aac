package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.postgres.internal.copy.ForgottenFilter.Names;
import dev.mlinfra.spi.EncodedRows;
import java.util.List;
import java.util.Optional;

/** All that the way into a table has to know of its kind of rows. Immutable. */
abstract class CopiedTable<T> {
  private final String content;
  private final String origin;
  private final Columns<T> columns;
  private final String id;

  /**
   * Makes one.
   *
   * @param content what is in it, in messages and behind {@code agent_} in its name
   * @param origin of its dead letters
   * @param id the first column of its key, a UUID
   */
  CopiedTable(String content, String origin, Columns<T> columns, String id) {
    this.content = content;
    this.origin = origin;
    this.columns = columns;
    this.id = id;
  }

  final String content() {
    return content;
  }

  final String name() {
    return "agent_" + content;
  }

  final String origin() {
    return origin;
  }

  final Columns<T> columns() {
    return columns;
  }

  final String id() {
    return id;
  }

  /** The column of a time that leads to the partitions of its rows. */
  Optional<String> time() {
    return Optional.empty();
  }

  /** What takes rows that were forgotten out of the staging table. */
  abstract String forgotten();

  /** What else to run where rows of the staging table were not inserted. */
  Optional<String> afterRepeats() {
    return Optional.empty();
  }

  /** What tells a row from all others. */
  String key(EncodedRows rows, int row) {
    return RowReader.uuid(rows, row, columns.position(id)).toString();
  }

  /** Whom and what rows name. */
  abstract Names names(List<T> rows);

  /** The same of rows with all columns. */
  abstract Names names(EncodedRows rows);

  /** Tells what was stored. */
  abstract void tell(Touched touched, List<T> rows);

  /** The same of rows with all columns. */
  abstract void tell(Touched touched, EncodedRows rows);
}

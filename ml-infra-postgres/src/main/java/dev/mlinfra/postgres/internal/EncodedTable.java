package dev.mlinfra.postgres.internal;

import dev.mlinfra.postgres.internal.ForgottenFilter.Names;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

/** A table whose rows can wait elsewhere, in the form in which COPY takes them. */
record EncodedTable<T>(
    CopyTable<T> table, int version, String origin, Consumer<EncodedRows> afterwards)
    implements RowStore<T> {
  /** Each version so far only added columns at the end. */
  @Override
  public boolean reads(int encoded) {
    return encoded >= 1 && encoded <= version;
  }

  @Override
  public EncodedRows encode(List<T> batch) {
    return table.encode(batch);
  }

  @Override
  public Written store(EncodedRows rows, boolean firstAttempt) {
    Written written = table.write(rows, firstAttempt);
    afterwards.accept(rows);
    return written;
  }

  @Override
  public DeadLetter letter(EncodedRows row, String cause) {
    byte[] bytes = row.slice(0, 1).bytes();
    Names names = table.names(row);
    String about =
        names.decisions().stream().map(id -> "decision " + id + ", ").findAny().orElse("");
    return new DeadLetter(
        origin,
        table.key(row),
        about + "row for binary COPY, in base64: " + Base64.getEncoder().encodeToString(bytes),
        cause,
        1,
        names.subjects().stream().findAny());
  }
}

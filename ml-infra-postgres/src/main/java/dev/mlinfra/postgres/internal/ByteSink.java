package dev.mlinfra.postgres.internal;

import java.sql.SQLException;

/** Takes what was encoded: the server's end of a COPY, or memory. */
@FunctionalInterface
interface ByteSink {
  /** Takes bytes, which the caller reuses afterwards. */
  void write(byte[] bytes, int from, int length) throws SQLException;
}

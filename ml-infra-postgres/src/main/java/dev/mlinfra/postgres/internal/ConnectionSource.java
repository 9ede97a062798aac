package dev.mlinfra.postgres.internal;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens a connection; the caller closes it. */
@FunctionalInterface
interface ConnectionSource {
  Connection open() throws SQLException;
}

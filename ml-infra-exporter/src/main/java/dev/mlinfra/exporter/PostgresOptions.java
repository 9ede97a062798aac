package dev.mlinfra.exporter;

import dev.mlinfra.secret.Secret;
import java.time.Duration;
import java.util.Optional;

/**
 * Where PostgreSQL is and what is looked at.
 *
 * @param url as JDBC writes it
 * @param user the role, which needs to read the schema only
 * @param password of the role
 * @param schema the schema of the library
 * @param window how far back the sequence numbers of decisions are checked
 * @param pace how often and how long it is asked
 */
record PostgresOptions(
    String url,
    String user,
    Optional<Secret> password,
    String schema,
    Duration window,
    Pace pace) {}

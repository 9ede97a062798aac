package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfraConfig;
import java.util.List;

/** The PostgreSQL, the Redis and the artifact store that the quick-start plays on. */
interface Servers extends AutoCloseable {
  /** Starts embedded servers, or takes those that the environment names. */
  static Servers start(Options options) {
    return options.stack() ? new NamedServers() : EmbeddedServers.start(options.keep());
  }

  /** One line: what they are and where. */
  String description();

  /** A configuration that reaches them. */
  MlInfraConfig.Builder config();

  /** Whether nobody else writes to them, so that every row in them is the quick-start's. */
  boolean exclusive();

  /** Where a person can look at what was stored. */
  List<String> whereToLook();

  @Override
  void close();
}

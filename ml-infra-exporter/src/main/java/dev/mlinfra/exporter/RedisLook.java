package dev.mlinfra.exporter;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Causes;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One connection, for as long as one look. Not thread-safe. */
final class RedisLook implements AutoCloseable {
  private final RedisOptions options;
  private final Deadline deadline;
  private final StatefulRedisConnection<String, String> connection;

  /** Connects and logs in. */
  RedisLook(RedisClient client, RedisOptions options, Deadline deadline) {
    this.options = options;
    this.deadline = deadline;
    try {
      this.connection = client.connect(uri());
    } catch (RedisException e) {
      throw failure(e);
    }
  }

  private RedisURI uri() {
    RedisURI.Builder uri =
        RedisURI.builder()
            .withHost(options.url().getHost())
            .withPort(options.port())
            .withDatabase(Integer.parseInt(options.database()))
            .withSsl(options.tls())
            .withTimeout(deadline.left(options.subject()));
    options
        .password()
        .map(password -> password.reveal().toCharArray())
        .ifPresent(
            password ->
                options
                    .user()
                    .ifPresentOrElse(
                        user -> uri.withAuthentication(user, password),
                        () -> uri.withPassword(password)));
    return uri.build();
  }

  /** Sends one command and waits for its answer. */
  <T> @Nullable T ask(Function<RedisCommands<String, String>, @Nullable T> command) {
    try {
      connection.setTimeout(deadline.left(options.subject()));
      return command.apply(connection.sync());
    } catch (RedisException e) {
      throw failure(e);
    }
  }

  /** The same for a number, 0 where there is none. */
  long number(Function<RedisCommands<String, String>, @Nullable Long> command) {
    Long number = ask(command);
    return number == null ? 0 : number;
  }

  private MlInfraException failure(RedisException failure) {
    Throwable teller = failure;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof RedisCommandExecutionException) {
        return refusal(String.valueOf(t.getMessage()), failure);
      }
      teller = t.getMessage() == null ? teller : t;
    }
    return deadline.passed()
        ? deadline.timedOut(options.subject(), failure)
        : new UnavailableException(
            options.subject()
                + " could not be reached ("
                + Causes.oneLine(String.valueOf(teller.getMessage()))
                + "); check that the server runs and its address",
            failure);
  }

  private MlInfraException refusal(String said, RedisException cause) {
    String message = options.subject() + " refused a command (" + said + "); ";
    return said.matches("(LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN).*")
        ? new UnavailableException(message + "it will be asked again", cause)
        : new ConfigException(message + "check redis.user, its password and its rights", cause);
  }

  @Override
  public void close() {
    connection.close();
  }
}

package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.CircuitBreaker;
import dev.mlinfra.storage.mlflow.MlflowApi;
import dev.mlinfra.storage.mlflow.MlflowRefused;
import dev.mlinfra.storage.mlflow.MlflowSession;
import java.time.Duration;
import java.util.function.Function;

/** Has conversations with the server, unless the last ones failed. Thread-safe. */
public final class MlflowCalls {
  private static final int FAILURES_TO_OPEN = 3;
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final MlflowApi api;
  private final Duration totalTimeout;
  private final CircuitBreaker breaker =
      new CircuitBreaker(FAILURES_TO_OPEN, new Backoff(PAUSE, PAUSE));

  /**
   * Makes one without any I/O.
   *
   * @param api which server
   * @param totalTimeout of a conversation
   */
  public MlflowCalls(MlflowApi api, Duration totalTimeout) {
    this.api = api;
    this.totalTimeout = totalTimeout;
  }

  MlflowApi api() {
    return api;
  }

  Duration totalTimeout() {
    return totalTimeout;
  }

  /** Has a conversation, unless the last ones failed. */
  <T> T call(String doing, Function<MlflowSession, T> conversation) {
    if (!breaker.pause().isZero()) {
      throw new UnavailableException(
          api.label()
              + " failed several times in a row and is left alone for some seconds; check that it"
              + " runs");
    }
    try {
      T result = call(doing, totalTimeout, conversation);
      breaker.succeeded();
      return result;
    } catch (MlInfraException e) {
      if (e.retryable()) {
        breaker.failed();
      }
      throw e;
    }
  }

  /** Has a conversation whatever happened before. */
  <T> T call(String doing, Duration budget, Function<MlflowSession, T> conversation) {
    try {
      return conversation.apply(api.session(doing, budget));
    } catch (MlflowRefused e) {
      throw translate(doing, e);
    }
  }

  private MlInfraException translate(String doing, MlflowRefused refused) {
    String line = api.label() + " " + refused.to(doing);
    int status = refused.status();
    if (refused.saysWhatToDo()) {
      return new UnavailableException(line, refused);
    }
    if (status == 401 || status == 403) {
      return new UnavailableException(line + "; check the credentials and their rights", refused);
    }
    if (status == 400 && !refused.code().isEmpty()) {
      return new ConfigException(line + "; change what is mirrored", refused);
    }
    return new UnavailableException(line + "; check the server", refused);
  }
}

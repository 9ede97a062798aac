package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs conversations on threads of their own, so that the caller can leave one that takes too long:
 * its connections are broken and its thread ends. When a thread does not even end then, which only
 * a name look-up can cause, no more than a few are ever lost to that.
 */
public final class MlflowCalls implements AutoCloseable {
  private static final int MAX_THREADS = 4;

  private final MlflowTarget target;
  private final Breaker breaker;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          MAX_THREADS,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "ml-infra-mlflow");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Makes one without any I/O.
   *
   * @param target which server
   * @param clock for the pause after failures
   */
  public MlflowCalls(MlflowTarget target, Clock clock) {
    this.target = target;
    this.breaker = new Breaker(clock);
  }

  /**
   * Says what is wrong with the mlflow-client on the class path.
   *
   * @return one line, or empty when its HTTP client can be bounded
   */
  public static Optional<String> fault() {
    return MlflowSession.fault();
  }

  MlflowTarget target() {
    return target;
  }

  /** Has a conversation, unless the last ones failed. */
  <T> T call(String doing, Conversation<T> conversation) {
    if (!breaker.allows()) {
      throw new UnavailableException(
          target.label()
              + " failed several times in a row and is left alone for some seconds; check that it"
              + " runs");
    }
    try {
      T result = call(doing, target.totalTimeout(), conversation);
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
  <T> T call(String doing, Duration budget, Conversation<T> conversation) {
    try (MlflowSession session = new MlflowSession(target)) {
      Future<T> future = threads.submit(() -> conversation.run(session));
      try {
        return future.get(budget.toNanos(), TimeUnit.NANOSECONDS);
      } finally {
        future.cancel(true);
      }
    } catch (RejectedExecutionException e) {
      throw new UnavailableException(
          target.label()
              + " was not asked for "
              + doing
              + " since "
              + MAX_THREADS
              + " calls are under way or it was closed; check its host name and name server",
          e);
    } catch (TimeoutException e) {
      throw new TimedOutException(
          target.label()
              + " did not finish "
              + doing
              + " within "
              + budget
              + " but must; check that it is well, or raise the time-out",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(
          target.label() + " was not waited for since the thread was interrupted; call again", e);
    } catch (ExecutionException e) {
      throw MlflowErrors.translate(target, doing, e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** Some calls that belong together. */
  @FunctionalInterface
  interface Conversation<T> {
    T run(MlflowSession session) throws IOException;
  }
}

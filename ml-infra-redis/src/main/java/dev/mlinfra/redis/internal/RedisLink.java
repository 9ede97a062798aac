package dev.mlinfra.redis.internal;

import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.CircuitBreaker;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, made on first use and again after it broke or went silent. While the server
 * cannot be reached, one call in each back-off tries and the others fail at once. A command is sent
 * once: what was in flight when the connection broke fails. Thread-safe.
 */
final class RedisLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  private final Supplier<CompletableFuture<StatefulRedisConnection<String, byte[]>>> connector;
  private final String server;
  private final Executor starter;
  private final LinkTiming timing;
  private final UnresponsiveDetector silence;
  private final Object lock = new Object();
  private final CircuitBreaker circuit = new CircuitBreaker(1, BACKOFF);
  private @Nullable Throwable lastFailure;
  private volatile @Nullable StatefulRedisConnection<String, byte[]> connection;
  private @Nullable CompletableFuture<StatefulRedisConnection<String, byte[]>> attempt;
  private volatile boolean closed;

  /** Connects nothing yet; the starter runs the connector, which begins a connection. */
  RedisLink(
      Supplier<CompletableFuture<StatefulRedisConnection<String, byte[]>>> connector,
      String server,
      Executor starter,
      LinkTiming timing) {
    this.connector = connector;
    this.server = server;
    this.starter = starter;
    this.timing = timing;
    this.silence = new UnresponsiveDetector(timing.silence());
  }

  /** Host and port, for messages. */
  String server() {
    return server;
  }

  /** Sends one command and waits for its answer. */
  <T> T call(
      String subject,
      Duration budget,
      Function<RedisAsyncCommands<String, byte[]>, ? extends Future<T>> command) {
    Ready ready = ready(subject, budget);
    return await(subject, command.apply(ready.connection.async()), ready.deadlineNanos);
  }

  /** Sends commands back to back and waits for all answers; the first failure is thrown. */
  <T> List<T> pipeline(
      String subject,
      Duration budget,
      Function<StatefulRedisConnection<String, byte[]>, List<? extends Future<T>>> batch) {
    Ready ready = ready(subject, budget);
    List<T> answers = new ArrayList<>();
    for (Future<T> future : batch.apply(ready.connection)) {
      answers.add(await(subject, future, ready.deadlineNanos));
    }
    return answers;
  }

  private Ready ready(String subject, Duration budget) {
    long start = System.nanoTime();
    StatefulRedisConnection<String, byte[]> open = connection(subject, budget);
    long from = timing.connectPatience().isZero() ? start : System.nanoTime();
    return new Ready(open, from + budget.toNanos());
  }

  /** The connection, for commands whose answers nobody waits for. */
  StatefulRedisConnection<String, byte[]> connection(String subject, Duration budget) {
    StatefulRedisConnection<String, byte[]> open = connection;
    return open != null && open.isOpen() ? open : connect(subject, budget);
  }

  /** Says whether a command would be sent without connecting first. */
  boolean connected() {
    StatefulRedisConnection<String, byte[]> open = connection;
    return open != null && open.isOpen();
  }

  /** Waits for an answer until a deadline of {@link System#nanoTime()}. */
  private <T> T await(String subject, Future<T> answer, long deadlineNanos) {
    try {
      T value = answer.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      silence.answered();
      return value;
    } catch (TimeoutException e) {
      answer.cancel(true);
      giveUpIfSilent();
      throw new TimedOutException(
          "%s had no answer from redis '%s' in its time budget; try again or raise the budget"
              .formatted(subject, server),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.cancel(true);
      throw new UnavailableException(
          "%s was interrupted while waiting for redis '%s'; try again".formatted(subject, server),
          e);
    } catch (CancellationException e) {
      throw RedisErrors.of(server, subject, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof RedisCommandTimeoutException) {
        giveUpIfSilent();
      } else if (cause instanceof RedisCommandExecutionException) {
        silence.answered();
      }
      throw failure(subject, cause);
    }
  }

  private MlInfraException failure(String subject, Throwable cause) {
    return closed ? closedNow(subject) : RedisErrors.of(server, subject, cause);
  }

  private ClosedException closedNow(String subject) {
    return new ClosedException(
        "%s was called after close but needs an open connection to redis '%s'; connect again"
            .formatted(subject, server));
  }

  private StatefulRedisConnection<String, byte[]> connect(String subject, Duration budget) {
    Duration longest = budget.plus(timing.connectPatience());
    return await(subject, attempt(subject), System.nanoTime() + longest.toNanos());
  }

  private Future<StatefulRedisConnection<String, byte[]>> attempt(String subject) {
    synchronized (lock) {
      if (closed) {
        throw closedNow(subject);
      }
      StatefulRedisConnection<String, byte[]> known = connection;
      if (known != null && known.isOpen()) {
        return CompletableFuture.completedFuture(known);
      }
      if (known != null) {
        connection = null;
        discard(known);
      }
      Duration pause = circuit.pause();
      Throwable last = lastFailure;
      if (last != null && (attempt != null || !pause.isZero())) {
        throw RedisErrors.notTried(server, subject, last, pause);
      }
      CompletableFuture<StatefulRedisConnection<String, byte[]>> running = attempt;
      if (running == null) {
        running = start();
        attempt = running.isDone() ? null : running;
      }
      return running.copy();
    }
  }

  /** Begins to connect on another thread, since the driver may have to be loaded for it. */
  private CompletableFuture<StatefulRedisConnection<String, byte[]>> start() {
    CompletableFuture<StatefulRedisConnection<String, byte[]>> made = new CompletableFuture<>();
    try {
      starter.execute(() -> begin(made));
    } catch (RejectedExecutionException e) {
      finish(made, null, e);
    }
    return made;
  }

  private void begin(CompletableFuture<StatefulRedisConnection<String, byte[]>> made) {
    try {
      CompletableFuture<?> ignored =
          connector
              .get()
              .exceptionallyCompose(this::again)
              .whenComplete((connected, failure) -> finish(made, connected, failure));
    } catch (RuntimeException | Error e) {
      finish(made, null, e);
    }
  }

  /** A connection that closes while it greets hides why, as a wrong password; the next may tell. */
  private CompletableFuture<StatefulRedisConnection<String, byte[]>> again(Throwable failure) {
    return RedisErrors.closedWhileGreeting(failure)
        ? connector.get()
        : CompletableFuture.failedFuture(failure);
  }

  private void finish(
      CompletableFuture<StatefulRedisConnection<String, byte[]>> made,
      @Nullable StatefulRedisConnection<String, byte[]> connected,
      @Nullable Throwable failure) {
    synchronized (lock) {
      attempt = null;
      if (connected == null) {
        Throwable cause = failure == null ? new IllegalStateException("no connection") : failure;
        lost(cause);
        made.completeExceptionally(cause);
        return;
      }
      if (closed) {
        discard(connected);
      } else {
        connected.setTimeout(timing.expiry());
        connection = connected;
        silence.answered();
        if (circuit.failures() > 0) {
          LOG.info("redis '{}' answers again after {} failed attempts", server, circuit.failures());
        }
        circuit.succeeded();
        lastFailure = null;
      }
    }
    made.complete(connected);
  }

  private void lost(Throwable cause) {
    if (circuit.failures() == 0 && !closed) {
      LOG.warn("{}", RedisErrors.of(server, "the connection", cause).getMessage());
    }
    lastFailure = cause;
    boolean ignored = circuit.failed();
  }

  private void giveUpIfSilent() {
    silence.timedOut();
    if (!silence.tooLong()) {
      return;
    }
    synchronized (lock) {
      StatefulRedisConnection<String, byte[]> silent = connection;
      if (silent == null || !silence.tooLong()) {
        return;
      }
      connection = null;
      silence.answered();
      lost(new RedisCommandTimeoutException("silent, given up"));
      discard(silent);
    }
  }

  private static void discard(StatefulRedisConnection<String, byte[]> broken) {
    CompletableFuture<Void> ignored = broken.closeAsync();
  }

  @Override
  public void close() {
    StatefulRedisConnection<String, byte[]> open;
    synchronized (lock) {
      closed = true;
      open = connection;
      connection = null;
    }
    if (open != null) {
      open.close();
    }
  }

  /** A connection and until when to wait for what is sent on it. */
  private record Ready(StatefulRedisConnection<String, byte[]> connection, long deadlineNanos) {}
}

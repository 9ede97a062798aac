package dev.mlinfra.storage.mlflow;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mlflow_project.google.protobuf.InvalidProtocolBufferException;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.MessageOrBuilder;
import org.mlflow_project.google.protobuf.util.JsonFormat;

/**
 * Calls that share a time. Each blocks until its whole answer is here or the time is up. Used by
 * one thread.
 *
 * @since 0.1
 */
public final class MlflowSession {
  private static final Duration FOR_EVER = Duration.ofDays(10_000);

  private final MlflowApi api;
  private final String doing;
  private final Duration budget;
  private final long endNanos;

  MlflowSession(MlflowApi api, String doing, Duration budget) {
    this.api = api;
    this.doing = doing;
    this.budget = budget;
    this.endNanos = System.nanoTime() + nanos(budget);
  }

  /**
   * Reads a page outside the API.
   *
   * @param path below the server's root, as {@code version}
   * @return its text, stripped
   * @throws MlflowRefused when the answer is no success
   * @throws MlInfraException when there is no answer in time
   * @throws NullPointerException when only the API is reached
   * @since 0.1
   */
  public String page(String path) {
    return await(() -> api.http().page(path), api.silence()).page(api.answerBytes());
  }

  /**
   * Calls by GET.
   *
   * @param <B> the answer's kind
   * @param path below {@code api/2.0/mlflow/}
   * @param query whose fields become the query
   * @param answer takes the answer
   * @return the same answer
   * @throws MlflowRefused when the answer is no success or not MLflow's
   * @throws MlInfraException when there is no answer in time
   * @since 0.1
   */
  public <B extends Message.Builder> B get(String path, MessageOrBuilder query, B answer) {
    String pairs =
        query.getAllFields().entrySet().stream()
            .flatMap(
                field ->
                    values(field.getValue())
                        .map(value -> field.getKey().getName() + "=" + encode(value)))
            .collect(Collectors.joining("&"));
    return call(path + (pairs.isEmpty() ? "" : "?" + pairs), null, answer);
  }

  /**
   * Calls by POST.
   *
   * @param <B> the answer's kind
   * @param path below {@code api/2.0/mlflow/}
   * @param request what to send
   * @param answer takes the answer
   * @return the same answer
   * @throws MlflowRefused when the answer is no success or not MLflow's
   * @throws MlInfraException when there is no answer in time
   * @since 0.1
   */
  public <B extends Message.Builder> B post(String path, MessageOrBuilder request, B answer) {
    try {
      String json =
          JsonFormat.printer()
              .preservingProtoFieldNames()
              .omittingInsignificantWhitespace()
              .print(request);
      return call(path, json, answer);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("MLflow's messages have a form in JSON", e);
    }
  }

  /**
   * Stores a file through the server's artifact proxy. The server passes all bytes on before it
   * answers, so its silence is not counted.
   *
   * @param path below the server's artifact root
   * @param file what to store
   * @throws MlflowRefused when the answer is no success
   * @throws MlInfraException when there is no answer in time
   * @throws NullPointerException when only the API is reached
   * @since 0.1
   */
  public void put(String path, Path file) {
    await(() -> api.http().put(path, file), FOR_EVER).page(api.answerBytes());
  }

  private <B extends Message.Builder> B call(String path, @Nullable String json, B answer) {
    return await(() -> api.calls().call(path, json), api.silence())
        .message(api.answerBytes(), answer);
  }

  private Answer await(Supplier<Transport.Pending> start, Duration silence) {
    if (api.closed()) {
      throw new UnavailableException(
          api.label() + " was not asked for " + doing + " since all is ending or it was closed");
    }
    Transport.Pending call = start.get();
    try {
      while (true) {
        long now = System.nanoTime();
        long left = endNanos - now;
        long quiet = nanos(silence) - (now - call.heardNanos().getAsLong());
        if (left <= 0 || quiet <= 0) {
          throw left <= 0 ? outOfTime() : silent(silence);
        }
        try {
          return call.answer().get(Math.min(left, quiet), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          // the next round finds out whose time is up, for bytes may have come
        }
      }
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UnavailableException(
          api.label()
              + " gave no usable answer to "
              + doing
              + " ("
              + cause.getClass().getSimpleName()
              + ") but must; check that it runs and is reached",
          cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(
          api.label() + " was not waited for since the thread was interrupted; call again", e);
    } finally {
      call.answer().cancel(true);
    }
  }

  private TimedOutException outOfTime() {
    return new TimedOutException(
        api.label()
            + " did not finish "
            + doing
            + " within "
            + budget
            + " but must; check that it is well, or raise the time-out");
  }

  private UnavailableException silent(Duration silence) {
    return new UnavailableException(
        api.label()
            + " sent nothing for "
            + silence
            + " in answer to "
            + doing
            + " but must; check that it is well, or raise the read time-out");
  }

  private static Stream<?> values(Object value) {
    return value instanceof List<?> list ? list.stream() : Stream.of(value);
  }

  private static String encode(Object value) {
    return URLEncoder.encode(value.toString(), StandardCharsets.UTF_8);
  }

  private static long nanos(Duration time) {
    return (time.compareTo(FOR_EVER) > 0 ? FOR_EVER : time).toNanos();
  }
}

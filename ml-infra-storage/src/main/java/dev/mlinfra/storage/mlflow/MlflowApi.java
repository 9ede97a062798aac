package dev.mlinfra.storage.mlflow;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.runtime.Daemons;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;

/**
 * An MLflow tracking server, from 2.9.2 to 3.x, called by REST 2.0 in mlflow-client's messages. No
 * call is repeated, none follows a redirect, and no answer is read beyond its bound. A few daemon
 * threads work for all calls, so a name server that hangs costs no more than these. Thread-safe;
 * close it when it is not needed any longer.
 *
 * @since 0.1
 */
public final class MlflowApi implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int HOST_ANSWER_BYTES = 4 << 20;
  private static final Duration HOSTS_OWN = Duration.ofDays(1);

  private final String label;
  private final Duration silence;
  private final int answerBytes;
  private final ThreadPoolExecutor threads =
      Daemons.pool(Daemons.named("ml-infra-mlflow"), THREADS, new LinkedBlockingQueue<>());
  private final @Nullable HttpCalls http;
  private final Transport calls;

  private MlflowApi(
      String url,
      @Nullable Secret authorization,
      Duration connectTimeout,
      Duration silence,
      int answerBytes) {
    this.label = "mlflow at " + URI.create(url).getAuthority();
    this.silence = silence;
    this.answerBytes = answerBytes;
    this.http =
        new HttpCalls(
            url.replaceFirst("/$", ""), authorization, connectTimeout, answerBytes, threads);
    this.calls = http;
  }

  private MlflowApi(MlflowClient client) {
    this.label = "mlflow of the host's client";
    this.silence = HOSTS_OWN;
    this.answerBytes = HOST_ANSWER_BYTES;
    this.http = null;
    this.calls =
        (path, json) ->
            new Transport.Pending(
                CompletableFuture.supplyAsync(() -> send(client, path, json), threads),
                System::nanoTime);
  }

  /**
   * Names a server. Does no I/O.
   *
   * @param url its root, http or https
   * @param authorization the value of that header, as {@link #basic} makes it, or null for none
   * @param connectTimeout longest wait for a connection
   * @param silence longest time in which the server sends nothing
   * @param answerBytes size of the largest answer
   * @return the server
   * @throws IllegalArgumentException when the URL is none
   * @since 0.1
   */
  public static MlflowApi at(
      String url,
      @Nullable Secret authorization,
      Duration connectTimeout,
      Duration silence,
      int answerBytes) {
    return new MlflowApi(url, authorization, connectTimeout, silence, answerBytes);
  }

  /**
   * Calls through a client of the host's. The time of a session holds: it ends the wait, not the
   * call, which ends with the time-outs that the host gave its client. Redirects, repeats and the
   * memory that an answer takes are the client's own.
   *
   * @param client is not closed here
   * @return the server behind it, its API only
   * @since 0.1
   */
  public static MlflowApi on(MlflowClient client) {
    return new MlflowApi(Objects.requireNonNull(client, "client"));
  }

  /**
   * Makes the header of basic authentication.
   *
   * @param user the user's name
   * @param password the password
   * @return a secret, too
   * @since 0.1
   */
  public static Secret basic(String user, Secret password) {
    byte[] pair = (user + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
    return Secret.of("Basic " + Base64.getEncoder().encodeToString(pair));
  }

  /**
   * Returns what messages call it.
   *
   * @return the server, without credentials
   * @since 0.1
   */
  public String label() {
    return label;
  }

  /**
   * Says whether pages and artifacts can be reached, too.
   *
   * @return false for a host's client
   * @since 0.1
   */
  public boolean wholeServer() {
    return http != null;
  }

  /**
   * Begins calls that belong together.
   *
   * @param doing what they are for, for messages
   * @param budget the time for all of them, which begins now
   * @return the session, which needs no closing
   * @since 0.1
   */
  public MlflowSession session(String doing, Duration budget) {
    return new MlflowSession(this, doing, budget);
  }

  /** Ends the threads; calls under way end with their time-outs. A host's client stays open. */
  @Override
  public void close() {
    threads.shutdown();
  }

  boolean closed() {
    return threads.isShutdown();
  }

  Transport calls() {
    return calls;
  }

  HttpCalls http() {
    return Objects.requireNonNull(http, "a host's client reaches the API only");
  }

  Duration silence() {
    return silence;
  }

  int answerBytes() {
    return answerBytes;
  }

  private static Answer send(MlflowClient client, String path, @Nullable String json) {
    try {
      String body = json == null ? client.sendGet(path) : client.sendPost(path, json);
      return answer(200, body);
    } catch (MlflowHttpException e) {
      return answer(e.getStatusCode(), Objects.requireNonNullElse(e.getBodyMessage(), ""));
    }
  }

  private static Answer answer(int status, String body) {
    return new Answer(status, "a text", Optional.empty(), body.getBytes(StandardCharsets.UTF_8));
  }
}

package dev.mlinfra.storage.mlflow;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The JDK's HTTP client: follows no redirect, keeps no cookie, reads no more than it may. */
final class HttpCalls implements Transport {
  private static final int MAX_ERROR_BYTES = 16 << 10;

  private final String url;
  private final @Nullable Secret authorization;
  private final Duration connectTimeout;
  private final int answerBytes;
  private final Executor threads;
  private @Nullable HttpClient client;

  HttpCalls(
      String url,
      @Nullable Secret authorization,
      Duration connectTimeout,
      int answerBytes,
      Executor threads) {
    this.url = url;
    this.authorization = authorization;
    this.connectTimeout = connectTimeout;
    this.answerBytes = answerBytes;
    this.threads = threads;
  }

  @Override
  public Pending call(String path, @Nullable String json) {
    HttpRequest.Builder request = request("api/2.0/mlflow/" + path);
    if (json != null) {
      request
          .header("Content-Type", "application/json; charset=utf-8")
          .POST(BodyPublishers.ofString(json));
    }
    return send(request);
  }

  Pending page(String path) {
    return send(request(path));
  }

  Pending put(String path, Path file) {
    try {
      return send(
          request("api/2.0/mlflow-artifacts/artifacts/" + path)
              .header("Content-Type", "application/octet-stream")
              .PUT(BodyPublishers.ofFile(file)));
    } catch (FileNotFoundException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/" + path));
    if (authorization != null) {
      try {
        request.header("Authorization", authorization.reveal());
      } catch (IllegalArgumentException e) { // whose message shows it
        throw unfit();
      }
    }
    return request;
  }

  private static ConfigException unfit() {
    return new ConfigException(
        "mlflow's credentials had a character that no HTTP header may have; correct them");
  }

  private Pending send(HttpRequest.Builder request) {
    AtomicLong heard = new AtomicLong(System.nanoTime());
    HttpResponse.BodyHandler<byte[]> body =
        head ->
            new BoundedBody(
                head.statusCode() < 300 ? answerBytes : MAX_ERROR_BYTES,
                () -> heard.set(System.nanoTime()));
    return new Pending(
        client().sendAsync(request.build(), body).thenApply(HttpCalls::answer), heard::get);
  }

  /** Made for the first call: a host that starts does not wait for it. */
  private synchronized HttpClient client() {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .connectTimeout(connectTimeout)
              .followRedirects(HttpClient.Redirect.NEVER)
              .version(HttpClient.Version.HTTP_1_1)
              .executor(threads)
              .build();
    }
    return client;
  }

  private static Answer answer(HttpResponse<byte[]> response) {
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse("no content type"),
        response.headers().firstValue("Location"),
        response.body());
  }
}

package dev.mlinfra.monitoring.exporter;

import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls with a bound on the time of the whole answer and on its size; follows no redirect. */
final class HttpCalls {
  private final HttpClient client;

  HttpCalls(Duration connectTimeout) {
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .executor(
                Executors.newFixedThreadPool(
                    1,
                    task -> {
                      Thread made = new Thread(task, "ml-infra-exporter-http");
                      made.setDaemon(true);
                      return made;
                    }))
            .build();
  }

  /** Blocks until the whole answer is here. */
  HttpResponse<byte[]> send(String subject, HttpRequest request, Deadline deadline) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, head -> new BoundedBody(subject));
    try {
      return answer.get(deadline.left(subject).toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw deadline.timedOut(subject, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UnavailableException(
          subject
              + " could not be reached ("
              + (cause instanceof IOException && cause.getMessage() != null
                  ? cause.getMessage()
                  : cause.getClass().getSimpleName())
              + "); check that the server runs and its address",
          cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(subject + " was interrupted; probe again", e);
    } finally {
      answer.cancel(true);
    }
  }
}

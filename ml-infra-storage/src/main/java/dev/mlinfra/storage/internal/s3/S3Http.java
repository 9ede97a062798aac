package dev.mlinfra.storage.internal.s3;

import dev.mlinfra.spi.runtime.Daemons;
import io.minio.Http;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;

/** The HTTP client below minio-java, with a limit for everything that has none by default. */
final class S3Http implements AutoCloseable {
  private static final int MAX_CALLS = 32;
  private static final int IDLE_CONNECTIONS = 8;
  private static final int MAX_ERROR_BYTES = 64 * 1024;
  private static final Set<Integer> RETRIED = Set.of(429, 502, 503, 504);
  private static final long RETRY_PAUSE_MILLIS = 100;
  private static final int ATTEMPTS = 3;

  private final OkHttpClient calls;
  private final OkHttpClient transfers;

  S3Http(S3Server server) {
    this.calls =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher())
            .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 1, TimeUnit.MINUTES))
            .protocols(List.of(Protocol.HTTP_1_1))
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(server.connectTimeout())
            .readTimeout(server.readTimeout())
            .writeTimeout(server.readTimeout())
            .callTimeout(server.callTimeout())
            .addInterceptor(new Http.StatusRetryInterceptor(RETRIED, RETRY_PAUSE_MILLIS, ATTEMPTS))
            .addNetworkInterceptor(S3Http::boundErrors)
            .build();
    this.transfers = withTotal(server.transferTimeout());
  }

  OkHttpClient calls() {
    return calls;
  }

  OkHttpClient transfers() {
    return transfers;
  }

  OkHttpClient withTotal(Duration timeout) {
    return calls.newBuilder().callTimeout(timeout).build();
  }

  @Override
  public void close() {
    calls.dispatcher().cancelAll();
    calls.dispatcher().executorService().shutdown();
    calls.connectionPool().evictAll();
  }

  /** Its own threads are not daemons and would keep a host from ending for a minute. */
  private static Dispatcher dispatcher() {
    Dispatcher dispatcher =
        new Dispatcher(
            new ThreadPoolExecutor(
                0,
                MAX_CALLS,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Daemons.numbered("ml-infra-s3")));
    dispatcher.setMaxRequests(MAX_CALLS);
    dispatcher.setMaxRequestsPerHost(MAX_CALLS);
    return dispatcher;
  }

  /** minio-java reads the body of an error into memory, whatever its length. */
  private static Response boundErrors(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    if (response.isSuccessful()) {
      return response;
    }
    try (response) {
      return response.newBuilder().body(response.peekBody(MAX_ERROR_BYTES)).build();
    }
  }
}

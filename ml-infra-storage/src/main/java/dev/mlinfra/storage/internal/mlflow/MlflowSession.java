package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;
import org.mlflow_project.apachehttp.client.config.RequestConfig;
import org.mlflow_project.apachehttp.client.methods.CloseableHttpResponse;
import org.mlflow_project.apachehttp.client.methods.HttpGet;
import org.mlflow_project.apachehttp.client.methods.HttpPut;
import org.mlflow_project.apachehttp.config.ConnectionConfig;
import org.mlflow_project.apachehttp.config.MessageConstraints;
import org.mlflow_project.apachehttp.config.SocketConfig;
import org.mlflow_project.apachehttp.entity.ContentType;
import org.mlflow_project.apachehttp.entity.FileEntity;
import org.mlflow_project.apachehttp.impl.client.CloseableHttpClient;
import org.mlflow_project.apachehttp.impl.client.HttpClientBuilder;
import org.mlflow_project.apachehttp.util.EntityUtils;

/**
 * A short conversation with the server. mlflow-client has no way to set its HTTP client's limits,
 * so a client that has them is put in the place of the one it would make. Used by one thread;
 * {@link #close()} from another thread breaks its connections.
 */
final class MlflowSession implements AutoCloseable {
  private static final int MAX_HEADER_LINE_BYTES = 8 << 10;
  private static final int MAX_HEADERS = 100;

  private final MlflowTarget target;
  private final CloseableHttpClient http;
  private final MlflowClient client;

  MlflowSession(MlflowTarget target) {
    this.target = target;
    this.http = http(target);
    this.client =
        new MlflowClient(
            new BasicMlflowHostCreds(
                target.url(),
                target.user(),
                reveal(target.password()),
                reveal(target.token()),
                false));
    replaceHttpClient(client, http);
  }

  /**
   * Says what is wrong with the mlflow-client on the class path.
   *
   * @return one line, or empty when its HTTP client can be replaced
   */
  static Optional<String> fault() {
    try {
      callerField();
      return Optional.empty();
    } catch (ReflectiveOperationException | RuntimeException e) {
      return Optional.of(wrongVersion());
    }
  }

  MlflowClient client() {
    return client;
  }

  /** Reads a page outside the API, as {@code version}. */
  String page(String path) throws IOException {
    HttpGet get = new HttpGet(target.url() + "/" + path);
    try (CloseableHttpResponse response = http.execute(get)) {
      return EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8).trim();
    }
  }

  /** Stores a file under a path of the server's artifact root, through its proxy. */
  void put(String path, Path file) throws IOException {
    HttpPut put = new HttpPut(target.url() + "/api/2.0/mlflow-artifacts/artifacts/" + path);
    put.setEntity(new FileEntity(file.toFile(), ContentType.APPLICATION_OCTET_STREAM));
    put.setConfig(
        RequestConfig.custom()
            .setConnectTimeout(Math.toIntExact(target.connectTimeout().toMillis()))
            // the server passes all bytes on before it answers; the caller ends what takes too long
            .setSocketTimeout(0)
            .setRedirectsEnabled(false)
            .build());
    authorization().ifPresent(value -> put.setHeader("Authorization", value));
    try (CloseableHttpResponse response = http.execute(put)) {
      EntityUtils.consume(response.getEntity());
    }
  }

  private Optional<String> authorization() {
    String user = target.user();
    Secret password = target.password();
    if (user != null && password != null) {
      byte[] pair = (user + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
      return Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
    }
    return Optional.ofNullable(target.token()).map(token -> "Bearer " + token.reveal());
  }

  @Override
  public void close() {
    client.close();
  }

  private static CloseableHttpClient http(MlflowTarget target) {
    int readMillis = Math.toIntExact(target.readTimeout().toMillis());
    int connectMillis = Math.toIntExact(target.connectTimeout().toMillis());
    return HttpClientBuilder.create()
        .setDefaultRequestConfig(
            RequestConfig.custom()
                .setConnectTimeout(connectMillis)
                .setConnectionRequestTimeout(connectMillis)
                .setSocketTimeout(readMillis)
                .setRedirectsEnabled(false)
                .build())
        // for the TLS handshake, which is over before the request's own time-out counts
        .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(readMillis).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setMessageConstraints(
                    MessageConstraints.custom()
                        .setMaxLineLength(MAX_HEADER_LINE_BYTES)
                        .setMaxHeaderCount(MAX_HEADERS)
                        .build())
                .build())
        .disableRedirectHandling()
        .disableAutomaticRetries()
        .disableCookieManagement()
        .disableContentCompression()
        .addInterceptorLast(new AnswerRules())
        .build();
  }

  private static void replaceHttpClient(MlflowClient client, CloseableHttpClient http) {
    try {
      Object caller = callerField().get(client);
      httpField(caller.getClass()).set(caller, http);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new ConfigException(wrongVersion(), e);
    }
  }

  private static Field callerField() throws ReflectiveOperationException {
    Field caller = MlflowClient.class.getDeclaredField("httpCaller");
    caller.setAccessible(true);
    httpField(caller.getType());
    return caller;
  }

  private static Field httpField(Class<?> callerType) throws ReflectiveOperationException {
    Field http = callerType.getDeclaredField("httpClient");
    http.setAccessible(true);
    return http;
  }

  private static String wrongVersion() {
    return "mlflow-client was another version than 2.17.2 but must be one whose HTTP client can be"
        + " bounded; align org.mlflow:mlflow-client to 2.17.2";
  }

  private static @Nullable String reveal(@Nullable Secret secret) {
    return secret == null ? null : secret.reveal();
  }
}

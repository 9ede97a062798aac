package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.secret.Secret;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which tracking server, as whom, and how long to wait.
 *
 * @param url the server's address, without a slash at its end
 * @param user for basic authentication, or null
 * @param password for basic authentication, or null
 * @param token for bearer authentication, or null
 * @param experiment where runs go
 * @param connectTimeout longest wait for a connection
 * @param readTimeout longest silence of the server
 * @param totalTimeout longest time for mirroring one version or promotion, all calls together
 */
public record MlflowTarget(
    String url,
    @Nullable String user,
    @Nullable Secret password,
    @Nullable Secret token,
    String experiment,
    Duration connectTimeout,
    Duration readTimeout,
    Duration totalTimeout) {
  /**
   * Returns what messages call it.
   *
   * @return the server, without credentials
   */
  String label() {
    return "mlflow at " + URI.create(url).getAuthority();
  }
}

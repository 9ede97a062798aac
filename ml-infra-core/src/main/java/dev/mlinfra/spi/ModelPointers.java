package dev.mlinfra.spi;

import dev.mlinfra.model.ModelVersion;
import java.util.Optional;

/**
 * A cache of what aliases mean, readable while the truth is down. Thread-safe; blocks for one call.
 *
 * @since 0.1
 */
public interface ModelPointers {
  /**
   * Notes what an alias means.
   *
   * @param alias the alias
   * @param version what it means now
   * @throws dev.mlinfra.error.UnavailableException when the cache cannot be written
   * @since 0.1
   */
  void point(String alias, ModelVersion version);

  /**
   * Reads what an alias meant last. Metrics and tags may be left out.
   *
   * @param name the model
   * @param alias the alias
   * @return empty when the cache does not know
   * @throws dev.mlinfra.error.UnavailableException when the cache cannot be read
   * @since 0.1
   */
  Optional<ModelVersion> find(String name, String alias);
}

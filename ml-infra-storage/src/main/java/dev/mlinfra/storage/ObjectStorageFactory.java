package dev.mlinfra.storage;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;

/**
 * Makes an {@link ObjectStorage} from plain settings: {@code url}, {@code access_key} and {@code
 * secret_key} or their {@code _file}, {@code bucket}, {@code region}, {@code quota_bytes}, {@code
 * connect_timeout}, {@code read_timeout}, {@code call_timeout}, {@code transfer_timeout}, {@code
 * allow_plaintext}. Thread-safe.
 *
 * @since 0.1
 */
public final class ObjectStorageFactory implements ModuleFactory {
  /**
   * Called by {@link java.util.ServiceLoader}.
   *
   * @since 0.1
   */
  public ObjectStorageFactory() {}

  @Override
  public String section() {
    return "objectstorage";
  }

  @Override
  public InfraModule create(Settings settings) {
    return ObjectStorage.at(settings.required("url")).read(settings);
  }
}

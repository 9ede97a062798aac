package dev.mlinfra.storage;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;
import java.nio.file.Path;

/**
 * Makes an {@link ArtifactDirectory} from plain settings: {@code path}, {@code quota_bytes}.
 * Thread-safe.
 *
 * @since 0.1
 */
public final class ArtifactDirectoryFactory implements ModuleFactory {
  /**
   * Called by {@link java.util.ServiceLoader}.
   *
   * @since 0.1
   */
  public ArtifactDirectoryFactory() {}

  @Override
  public String section() {
    return "artifactdirectory";
  }

  @Override
  public InfraModule create(Settings settings) {
    ArtifactDirectory directory = ArtifactDirectory.at(Path.of(settings.required("path")));
    return settings.number("quota_bytes").map(directory::quotaBytes).orElse(directory);
  }
}

package dev.mlinfra.storage;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;

/**
 * Makes an {@link Mlflow} from plain settings: {@code url}, {@code experiment}, {@code user} with
 * {@code password}, or {@code token}, the secrets also by {@code _file}, {@code connect_timeout},
 * {@code read_timeout}, {@code total_timeout}, {@code copy_artifacts_up_to}, {@code
 * allow_plaintext}. Thread-safe.
 *
 * @since 0.1
 */
public final class MlflowFactory implements ModuleFactory {
  /**
   * Called by {@link java.util.ServiceLoader}.
   *
   * @since 0.1
   */
  public MlflowFactory() {}

  @Override
  public String section() {
    return "mlflow";
  }

  @Override
  public InfraModule create(Settings settings) {
    return Mlflow.at(settings.required("url")).read(settings);
  }
}

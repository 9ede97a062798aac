package dev.mlinfra.spi;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.Promotion;

/**
 * A tracking server that shows what the store holds. Called by one thread; blocks within its own
 * time-outs; repeating a call changes nothing.
 *
 * @since 0.1
 */
public interface ModelMirror {
  /**
   * Makes run, metrics, tags and model version, where they are not there yet.
   *
   * @param version what to show
   * @return where it is now
   * @throws dev.mlinfra.error.UnavailableException when the server does not answer
   * @since 0.1
   */
  ModelVersion.Mirrored mirror(ModelVersion version);

  /**
   * Points the alias.
   *
   * @param promotion what is in force
   * @param mirrored where the version is
   * @throws dev.mlinfra.error.UnavailableException when the server does not answer
   * @since 0.1
   */
  void mirror(Promotion promotion, ModelVersion.Mirrored mirrored);
}

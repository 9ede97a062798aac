package dev.mlinfra.spi;

/**
 * Makes and checks the place for artifacts. Blocks.
 *
 * @since 0.1
 */
public interface BucketAdmin {
  /**
   * Makes what is missing; repeating it changes nothing.
   *
   * @throws dev.mlinfra.error.ConfigException when the place cannot be made or used as configured
   * @throws dev.mlinfra.error.UnavailableException when the server does not answer
   * @since 0.1
   */
  void ensure();
}

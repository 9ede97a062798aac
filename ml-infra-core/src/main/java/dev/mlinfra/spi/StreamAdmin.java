package dev.mlinfra.spi;

/**
 * Makes and checks streams, groups and the server's memory settings. Blocks.
 *
 * @since 0.1
 */
public interface StreamAdmin {
  /**
   * Makes what is missing; repeating it changes nothing.
   *
   * @throws dev.mlinfra.error.ConfigException when the server evicts keys without a time-to-live or
   *     its memory bound does not fit
   * @throws dev.mlinfra.error.UnavailableException when the server does not answer
   * @since 0.1
   */
  void ensure();
}

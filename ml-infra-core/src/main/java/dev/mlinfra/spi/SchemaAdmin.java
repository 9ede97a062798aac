package dev.mlinfra.spi;

/**
 * Makes and checks the schema of the store. Blocks.
 *
 * @since 0.1
 */
public interface SchemaAdmin {
  /**
   * Applies what is missing; repeating it changes nothing.
   *
   * @throws dev.mlinfra.error.ConfigException when rights are missing or the schema is of a newer
   *     or altered version
   * @throws dev.mlinfra.error.UnavailableException when the store does not answer
   * @since 0.1
   */
  void ensure();

  /**
   * Checks with the right to read only.
   *
   * @throws dev.mlinfra.error.ConfigException when the schema is missing, older, newer or altered
   * @throws dev.mlinfra.error.UnavailableException when the store does not answer
   * @since 0.1
   */
  void verify();

  /**
   * Prints what an administrator would run by hand. Needs no server.
   *
   * @return SQL text
   * @since 0.1
   */
  String exportDdl();
}

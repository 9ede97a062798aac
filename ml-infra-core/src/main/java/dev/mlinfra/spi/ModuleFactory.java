package dev.mlinfra.spi;

import dev.mlinfra.spi.settings.Settings;

/**
 * Makes a module from plain settings. Found by {@link java.util.ServiceLoader}; used only when its
 * section is configured, never because its jar is there.
 *
 * @since 0.1
 */
public interface ModuleFactory {
  /**
   * Returns the section that activates the module. In sources of secrets a section counts only when
   * its {@code _URL} or {@code _PATH} is set somewhere.
   *
   * @return lower case, as {@code postgres}
   * @since 0.1
   */
  String section();

  /**
   * Makes the module. Every setting of the section must be read; one that is left over is a fault.
   *
   * @param settings the section
   * @return the module, to be installed
   * @throws dev.mlinfra.error.ConfigException when a setting breaks a rule
   * @since 0.1
   */
  InfraModule create(Settings settings);
}

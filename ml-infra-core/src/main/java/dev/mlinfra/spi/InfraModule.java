package dev.mlinfra.spi;

import java.util.List;

/**
 * A part of the infrastructure that a host installs, as {@code Postgres.at(url)}. Immutable once
 * installed.
 *
 * @since 0.1
 */
public interface InfraModule {
  /**
   * Returns the name that messages and health reports use.
   *
   * @return as {@code postgres}
   * @since 0.1
   */
  String name();

  /**
   * Lists the configuration rules that this module breaks.
   *
   * @return one line a fault, without secrets; empty when all is well
   * @since 0.1
   */
  List<String> faults();

  /**
   * Makes the module's parts and hands them over. Does no I/O and does not block, so that a host
   * starts while its servers are down; drivers are loaded {@link OnFirstUse}, and connections are
   * opened then.
   *
   * @param wiring where to hand the parts over and what they may use
   * @since 0.1
   */
  void open(Wiring wiring);
}

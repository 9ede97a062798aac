package dev.mlinfra.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Registers model versions and says which one an alias means. PostgreSQL holds the truth; a
 * tracking server, where one is configured, is a mirror that catches up by itself. Thread-safe;
 * closed with {@code MlInfra}; all methods block for one call to a server unless they say
 * otherwise.
 *
 * @since 0.1
 */
public interface ModelRegistry {
  /**
   * Registers a version. Registering bytes that the model already has returns the version they
   * have.
   *
   * @param model name, stored bytes, figures
   * @return the version, numbered by the store
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @since 0.1
   */
  ModelVersion register(NewModel model);

  /**
   * Points an alias at a version and appends that to the history. Promoting the version that the
   * alias already means appends nothing.
   *
   * @param promotion which version, alias, by whom and why
   * @return the entry of the history that is now in force
   * @throws dev.mlinfra.error.ConflictException when the version is not registered
   * @throws dev.mlinfra.error.InvalidInputException when a name breaks a rule
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @since 0.1
   */
  Promotion promote(NewPromotion promotion);

  /**
   * Finds the version that an alias means. Answers from the store; while that is down, from the
   * last answer of this process, else from the pointer cache. Never needs the tracking server.
   *
   * @param name the model
   * @param alias as {@code champion}
   * @return empty when the alias was never promoted
   * @throws dev.mlinfra.error.UnavailableException when nothing can answer
   * @since 0.1
   */
  Optional<ModelVersion> current(String name, String alias);

  /**
   * Lists the versions of a model.
   *
   * @param name the model
   * @return oldest first
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<ModelVersion> versions(String name);

  /**
   * Lists what was promoted, when, by whom and why.
   *
   * @param name the model
   * @return oldest first
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<Promotion> history(String name);

  /**
   * Waits until the mirror has everything registered and promoted before the call.
   *
   * @param timeout longest wait
   * @return false when the time was up first; true at once when no mirror is configured
   * @since 0.1
   */
  boolean awaitMirror(Duration timeout);
}

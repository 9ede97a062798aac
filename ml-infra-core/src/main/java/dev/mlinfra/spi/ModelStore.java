package dev.mlinfra.spi;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import java.util.List;
import java.util.Optional;

/**
 * Holds the truth about models. Thread-safe; all methods block and throw {@link
 * dev.mlinfra.error.UnavailableException} for outages.
 *
 * @since 0.1
 */
public interface ModelStore {
  /**
   * Registers a version, numbered without gaps for each model; bytes that are registered already
   * get the version they have.
   *
   * @param model what to register
   * @return the version and whether it is new
   * @since 0.1
   */
  Registered register(NewModel model);

  /**
   * Appends a promotion unless the alias means that version already.
   *
   * @param promotion which version, alias, by whom and why; checked before
   * @return the entry in force
   * @throws dev.mlinfra.error.ConflictException when the version is not registered
   * @since 0.1
   */
  Promotion promote(NewPromotion promotion);

  /**
   * Finds the version that an alias means.
   *
   * @param name the model
   * @param alias the alias
   * @return empty when it was never promoted
   * @since 0.1
   */
  Optional<ModelVersion> current(String name, String alias);

  /**
   * Lists versions.
   *
   * @param name the model
   * @return oldest first
   * @since 0.1
   */
  List<ModelVersion> versions(String name);

  /**
   * Lists promotions.
   *
   * @param name the model
   * @return oldest first
   * @since 0.1
   */
  List<Promotion> history(String name);

  /**
   * Lists versions that the mirror lacks.
   *
   * @param limit most versions
   * @return oldest first
   * @since 0.1
   */
  List<ModelVersion> unmirrored(int limit);

  /**
   * Notes where the mirror has a version.
   *
   * @param version the version
   * @param mirrored where
   * @since 0.1
   */
  void mirrored(ModelVersion version, ModelVersion.Mirrored mirrored);

  /**
   * Lists promotions in force that the mirror lacks, whose version it has.
   *
   * @param limit most promotions
   * @return oldest first
   * @since 0.1
   */
  List<Promotion> unmirroredPromotions(int limit);

  /**
   * Notes that the mirror has a promotion.
   *
   * @param promotion the promotion
   * @since 0.1
   */
  void mirrored(Promotion promotion);

  /**
   * A version and whether the call made it.
   *
   * @param version the version
   * @param created false when the bytes were registered before
   * @since 0.1
   */
  record Registered(ModelVersion version, boolean created) {}
}

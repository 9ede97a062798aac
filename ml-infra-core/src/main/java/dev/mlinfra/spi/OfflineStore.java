package dev.mlinfra.spi;

import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps the history of features. Thread-safe; all methods block.
 *
 * @since 0.1
 */
public interface OfflineStore {
  /**
   * Adds rows, all or none. A row whose values equal the newest known ones of the same entity and
   * event time adds nothing. Also keeps the view's definition under its schema hash.
   *
   * @param view the view
   * @param rows at least one
   * @return how many rows were new
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @since 0.1
   */
  int append(FeatureView view, List<PackedRow> rows);

  /**
   * Joins point in time, for each question the row with the latest event time, then the latest
   * known time, among those with both not after the question's time; rows older than the
   * time-to-live included, so that the caller can tell expired from missing.
   *
   * @param view the view
   * @param spine the questions
   * @return one answer a question, in their order
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<Optional<PackedRow>> asOf(FeatureView view, List<AsOf> spine);

  /**
   * Streams the newest row of every entity, in constant memory.
   *
   * @param view the view
   * @param reader called once for each
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  void latest(FeatureView view, Consumer<PackedRow> reader);

  /**
   * Looks up the definition under which older rows were written.
   *
   * @param view the view's name
   * @param schemaHash what such a row carries
   * @return {@link FeatureView#definition()} as it was then
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  Optional<String> definition(String view, long schemaHash);
}

package dev.mlinfra.feature;

import java.time.Duration;
import java.util.List;

/**
 * Keeps features: the truth offline, the newest values online. Thread-safe; closed with {@code
 * MlInfra}. Views are declared when the host is configured.
 *
 * @since 0.1
 */
public interface FeatureStore {
  /**
   * Stores rows, first offline, then online where they are newer than what is there. Blocks. A row
   * that equals the newest stored one of the same entity and event time adds nothing. When the
   * online store is down the rows are kept offline and {@link #materialize} brings them over.
   *
   * @param view a declared view
   * @param rows all valid, or none is stored
   * @return how many rows were new offline
   * @throws dev.mlinfra.error.ConfigException when the view is unknown
   * @throws dev.mlinfra.error.InvalidInputException when a row breaks a rule; names the first
   * @throws dev.mlinfra.error.UnavailableException when the offline store cannot be written
   * @since 0.1
   */
  int put(String view, List<FeatureRow> rows);

  /**
   * Reads the newest values of entities, in one round trip. Blocks at most for the budget and does
   * not throw for an outage: what could not be read is {@link FeatureStatus#UNAVAILABLE}.
   *
   * @param view a declared view
   * @param entities whose features
   * @param budget longest wait
   * @return one answer an entity, in their order
   * @throws dev.mlinfra.error.ConfigException when the view is unknown
   * @since 0.1
   */
  List<FeatureLookup> online(String view, List<String> entities, Duration budget);

  /**
   * Reads the newest values of one entity with the default budget of 50 ms.
   *
   * @param view a declared view
   * @param entity whose features
   * @return the answer
   * @throws dev.mlinfra.error.ConfigException when the view is unknown
   * @since 0.1
   */
  default FeatureLookup online(String view, String entity) {
    return online(view, List.of(entity), Duration.ofMillis(50)).get(0);
  }

  /**
   * Joins point in time: for each question the row with the latest event time, then the latest time
   * of becoming known, among those that were true and known by then and not older than the
   * time-to-live. Blocks.
   *
   * @param view a declared view
   * @param spine the questions, in any order, doubles allowed
   * @return one answer a question, in their order: {@code PRESENT}, {@code EXPIRED} or {@code
   *     MISSING}
   * @throws dev.mlinfra.error.ConfigException when the view is unknown
   * @throws dev.mlinfra.error.UnavailableException when the offline store cannot be read
   * @since 0.1
   */
  List<FeatureLookup> asOf(String view, List<AsOf> spine);

  /**
   * Rebuilds the online values of a view from the offline ones. Blocks; may run beside writers.
   *
   * @param view a declared view
   * @return how many entities were brought over
   * @throws dev.mlinfra.error.ConfigException when the view is unknown
   * @throws dev.mlinfra.error.UnavailableException when one of the stores is down
   * @since 0.1
   */
  long materialize(String view);
}

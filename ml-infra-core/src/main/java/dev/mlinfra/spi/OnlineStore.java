package dev.mlinfra.spi;

import dev.mlinfra.feature.FeatureView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the newest packed values for quick reads. Thread-safe. A packed value starts with 8 bytes
 * schema hash and 8 bytes event time in microseconds since 1970, both big-endian.
 *
 * @since 0.1
 */
public interface OnlineStore {
  /**
   * Writes rows that are newer by event time than what is there (an equal event time replaces),
   * with a time-to-live counted from the event time. Blocks.
   *
   * @param view the view
   * @param rows at least one
   * @return how many were newer and are there now
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @since 0.1
   */
  int putIfNewer(FeatureView view, List<PackedRow> rows);

  /**
   * Reads packed values in one round trip. Blocks at most for the budget.
   *
   * @param view the view
   * @param entities whose features
   * @param budget longest wait
   * @return one answer an entity, in their order; empty where there is no value
   * @throws dev.mlinfra.error.UnavailableException when the store does not answer
   * @throws dev.mlinfra.error.TimedOutException when the budget is used up
   * @since 0.1
   */
  List<Optional<byte[]>> read(FeatureView view, List<String> entities, Duration budget);
}

package dev.mlinfra.event;

import java.util.Objects;

/**
 * An event as a consumer gets it. Immutable.
 *
 * @param entryId the broker's own id of the entry
 * @param event what was published
 * @param attempt 1 for the first delivery to this group
 * @since 0.1
 */
public record Delivery(String entryId, Event event, int attempt) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public Delivery {
    Objects.requireNonNull(entryId, "entryId");
    Objects.requireNonNull(event, "event");
  }
}

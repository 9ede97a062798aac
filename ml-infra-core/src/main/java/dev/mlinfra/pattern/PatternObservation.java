package dev.mlinfra.pattern;

import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * What one event adds to the counters of a pattern. Immutable.
 *
 * @param eventId the event; it counts once for its pattern, however often it is delivered
 * @param kind the pattern's kind
 * @param key the pattern's key
 * @param increments finite amounts by counter name
 * @since 0.1
 */
public record PatternObservation(
    UUID eventId, String kind, String key, Map<String, Double> increments) {
  /**
   * Copies the map and checks names and amounts as {@link LearnedPattern} does.
   *
   * @throws dev.mlinfra.error.InvalidInputException with every broken rule
   * @since 0.1
   */
  public PatternObservation {
    Objects.requireNonNull(eventId, "eventId");
    increments = Map.copyOf(increments);
    LearnedPattern.of(kind, key).counters(increments);
  }
}

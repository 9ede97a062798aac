package dev.mlinfra.event;

import dev.mlinfra.decision.DecisionIds;
import dev.mlinfra.spi.check.EventTime;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Texts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened and that processors may learn from. Its id is the key by which consumers
 * recognise a repeated delivery. Immutable; no method throws, a broken rule is kept as {@link
 * #fault()}.
 *
 * @since 0.1
 */
public final class Event {
  private static final int MAX_NAME_CHARS = 128;
  private static final int MAX_FIELDS = 64;
  private static final int MAX_CHARS = 65_536;

  private final UUID id;
  private final String type;
  private final String key;
  private final Instant at;
  private final Map<String, String> fields;
  private final @Nullable String fault;

  private Event(UUID id, String type, String key, Instant at, Map<String, String> fields) {
    this.id = id;
    this.type = type;
    this.key = key;
    this.at = at;
    this.fields = fields;
    this.fault = findFault();
  }

  /**
   * Makes an event that happens now, with a new id.
   *
   * @param type what happened, as {@code decision.rewarded}; 1 to 128 characters
   * @param key what it is about, as {@code item-79}; 1 to 128 characters
   * @return the event
   * @since 0.1
   */
  public static Event of(String type, String key) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    return new Event(DecisionIds.at(now), type, key, now, Map.of());
  }

  /**
   * Changes when it happened.
   *
   * @param time from 1970 to one day ahead of the clock; kept to the microsecond
   * @return a changed copy
   * @since 0.1
   */
  public Event at(Instant time) {
    return new Event(
        id, type, key, time == null ? at : time.truncatedTo(ChronoUnit.MICROS), fields);
  }

  /**
   * Changes the id.
   *
   * @param id unique among all events; a repeated one is the same event
   * @return a changed copy
   * @since 0.1
   */
  public Event id(UUID id) {
    return new Event(id == null ? this.id : id, type, key, at, fields);
  }

  /**
   * Adds a field.
   *
   * @param name 1 to 128 characters
   * @param value any text; all fields together may have 65,536 characters
   * @return a changed copy
   * @since 0.1
   */
  public Event field(String name, String value) {
    Map<String, String> copy = new TreeMap<>(fields);
    copy.put(name == null ? "" : name, value == null ? "" : value);
    return with(copy);
  }

  /**
   * Adds fields, each as {@link #field} does.
   *
   * @param more values by name; null adds nothing
   * @return a changed copy
   * @since 0.1
   */
  public Event fields(Map<String, String> more) {
    Map<String, String> copy = new TreeMap<>(fields);
    if (more != null) {
      more.forEach((name, value) -> copy.put(name == null ? "" : name, value == null ? "" : value));
    }
    return with(copy);
  }

  /**
   * Returns the id.
   *
   * @return unique among all events
   * @since 0.1
   */
  public UUID id() {
    return id;
  }

  /**
   * Returns what happened.
   *
   * @return the type
   * @since 0.1
   */
  public String type() {
    return type;
  }

  /**
   * Returns what it is about.
   *
   * @return the key
   * @since 0.1
   */
  public String key() {
    return key;
  }

  /**
   * Returns when it happened.
   *
   * @return event time
   * @since 0.1
   */
  public Instant at() {
    return at;
  }

  /**
   * Returns the fields.
   *
   * @return unmodifiable, sorted by name
   * @since 0.1
   */
  public Map<String, String> fields() {
    return fields;
  }

  /**
   * Returns the rule that it breaks.
   *
   * @return one line: subject, actual value, rule, next step; empty when it is valid
   * @since 0.1
   */
  public Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  @Override
  public String toString() {
    return "Event[" + id + " " + type + " " + key + "]";
  }

  private Event with(Map<String, String> owned) {
    return new Event(id, type, key, at, Collections.unmodifiableMap(owned));
  }

  private @Nullable String findFault() {
    if (type == null || key == null) {
      return "event.type and event.key were "
          + type
          + " and "
          + key
          + " but must not be null; name both";
    }
    Optional<String> found = Texts.requiredFault("event.type", type, MAX_NAME_CHARS);
    if (found.isEmpty()) {
      found = Texts.requiredFault("event.key", key, MAX_NAME_CHARS);
    }
    if (found.isEmpty()) {
      found = EventTime.fault("event.at", at, Instant.now());
    }
    if (found.isEmpty() && fields.size() > MAX_FIELDS) {
      found =
          Optional.of(
              Faults.line(
                  "event.fields.size",
                  fields.size(),
                  "must be at most " + MAX_FIELDS,
                  "send fewer"));
    }
    int chars = 0;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      chars += field.getKey().length() + field.getValue().length();
      if (found.isEmpty()) {
        found = Texts.requiredFault("event.field name", field.getKey(), MAX_NAME_CHARS);
      }
      if (found.isEmpty()) {
        found =
            Texts.fault("event.field " + Texts.quote(field.getKey()), field.getValue(), MAX_CHARS);
      }
    }
    if (found.isEmpty() && chars > MAX_CHARS) {
      found =
          Optional.of(
              "event.fields had "
                  + chars
                  + " characters but must have at most "
                  + MAX_CHARS
                  + "; store it as an artifact and send its URI");
    }
    return found.orElse(null);
  }
}

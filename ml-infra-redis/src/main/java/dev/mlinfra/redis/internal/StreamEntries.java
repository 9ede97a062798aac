package dev.mlinfra.redis.internal;

import dev.mlinfra.event.Event;
import dev.mlinfra.spi.EventBroker.Entry;
import io.lettuce.core.StreamMessage;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event as the fields of a stream entry and reads it back: {@code id}, {@code type},
 * {@code key}, {@code at}, and the event's own fields with the prefix {@code f:}.
 */
final class StreamEntries {
  private static final String ID = "id";
  private static final String TYPE = "type";
  private static final String KEY = "key";
  private static final String AT = "at";
  private static final String FIELD = "f:";
  private static final int UUID_CHARS = 36;

  private StreamEntries() {}

  static Map<String, byte[]> fields(Event event) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    fields.put(ID, TextFields.utf8(event.id().toString()));
    fields.put(TYPE, TextFields.utf8(event.type()));
    fields.put(KEY, TextFields.utf8(event.key()));
    fields.put(AT, TextFields.utf8(event.at().toString()));
    event.fields().forEach((name, value) -> fields.put(FIELD + name, TextFields.utf8(value)));
    return fields;
  }

  static Entry entry(StreamMessage<String, byte[]> message, long deliveries) {
    Map<String, String> texts = new LinkedHashMap<>();
    message.getBody().forEach((name, value) -> texts.put(name, TextFields.text(value)));
    return new Entry(message.getId(), event(texts), () -> TextFields.join(texts), deliveries);
  }

  /** The id of the event in an entry, null when it is not one of ours. */
  static @Nullable UUID eventId(StreamMessage<String, byte[]> message) {
    byte[] id = message.getBody().get(ID);
    return id == null ? null : uuid(TextFields.text(id));
  }

  private static @Nullable Event event(Map<String, String> texts) {
    UUID id = uuid(texts.getOrDefault(ID, ""));
    Instant at = instant(texts.getOrDefault(AT, ""));
    if (id == null || at == null) {
      return null;
    }
    Map<String, String> own = new TreeMap<>();
    texts.forEach(
        (name, value) -> {
          if (name.startsWith(FIELD)) {
            own.put(name.substring(FIELD.length()), value);
          }
        });
    Event event =
        Event.of(texts.getOrDefault(TYPE, ""), texts.getOrDefault(KEY, ""))
            .id(id)
            .at(at)
            .fields(own);
    return event.fault().isEmpty() ? event : null;
  }

  private static @Nullable UUID uuid(String text) {
    try {
      return text.length() == UUID_CHARS ? UUID.fromString(text) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }
}

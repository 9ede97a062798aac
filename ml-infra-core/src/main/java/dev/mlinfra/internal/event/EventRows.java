package dev.mlinfra.internal.event;

import dev.mlinfra.event.Event;
import dev.mlinfra.internal.buffer.RowKind;
import dev.mlinfra.spi.DeadLetter;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Events in the buffer from which they are published. */
final class EventRows extends RowKind<Event> {
  private static final int OBJECT_BYTES = 200;
  private static final int FIELD_BYTES = 96;

  EventRows() {
    super("event", null);
  }

  @Override
  protected UUID fateId(Event value) {
    return value.id();
  }

  @Override
  protected int sizeBytes(Event value) {
    long size = OBJECT_BYTES;
    for (Map.Entry<String, String> field : value.fields().entrySet()) {
      size += FIELD_BYTES + field.getKey().length() + field.getValue().length();
    }
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  @Override
  protected Optional<String> fault(Event value) {
    return value.fault();
  }

  @Override
  protected DeadLetter letter(Event value, String cause) {
    return new DeadLetter("publish", value.id().toString(), value + " " + value.fields(), cause, 1);
  }
}

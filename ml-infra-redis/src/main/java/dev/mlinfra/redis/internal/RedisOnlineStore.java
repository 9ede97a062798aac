package dev.mlinfra.redis.internal;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import io.lettuce.core.KeyValue;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps each view's newest row of an entity as one string value, read with one MGET. */
final class RedisOnlineStore implements OnlineStore {
  private static final int CHUNK_ROWS = 100;
  private static final int WINDOW_CHUNKS = 50;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private final RedisLink reads;
  private final RedisLink writes;
  private final Duration budget;
  private final Clock clock;

  RedisOnlineStore(RedisLink reads, RedisLink writes, Duration budget, Clock clock) {
    this.reads = reads;
    this.writes = writes;
    this.budget = budget;
    this.clock = clock;
  }

  @Override
  public int putIfNewer(FeatureView view, List<PackedRow> rows) {
    String subject = "write of features of view '" + view.name() + "'";
    List<Chunk> chunks = chunks(view, rows);
    int newer = 0;
    for (int from = 0; from < chunks.size(); from += WINDOW_CHUNKS) {
      newer += write(subject, chunks.subList(from, Math.min(from + WINDOW_CHUNKS, chunks.size())));
    }
    return newer;
  }

  private int write(String subject, List<Chunk> window) {
    try {
      return send(subject, window, false);
    } catch (RuntimeException e) {
      if (!Script.unknown(e)) {
        throw e;
      }
      return send(subject, window, true);
    }
  }

  private int send(String subject, List<Chunk> window, boolean whole) {
    List<Long> written =
        writes.pipeline(
            subject,
            budget,
            connection ->
                window.stream()
                    .map(
                        chunk ->
                            whole
                                ? Script.PUT_IF_NEWER.sendWhole(
                                    connection.async(), chunk.keys, chunk.values)
                                : Script.PUT_IF_NEWER.send(
                                    connection.async(), chunk.keys, chunk.values))
                    .toList());
    return (int) written.stream().mapToLong(Long::longValue).sum();
  }

  private List<Chunk> chunks(FeatureView view, List<PackedRow> rows) {
    Instant now = clock.instant();
    List<PackedRow> alive = rows.stream().filter(row -> expiry(row, view).isAfter(now)).toList();
    List<Chunk> chunks = new ArrayList<>();
    for (int from = 0; from < alive.size(); from += CHUNK_ROWS) {
      chunks.add(new Chunk(view, alive.subList(from, Math.min(from + CHUNK_ROWS, alive.size()))));
    }
    return chunks;
  }

  @Override
  public List<Optional<byte[]>> read(FeatureView view, List<String> entities, Duration budget) {
    if (entities.isEmpty()) {
      return List.of();
    }
    String[] keys =
        entities.stream().map(entity -> Keys.feature(view.name(), entity)).toArray(String[]::new);
    List<KeyValue<String, byte[]>> found =
        reads.call("read of features", budget, commands -> commands.mget(keys));
    List<Optional<byte[]>> values = new ArrayList<>(found.size());
    for (KeyValue<String, byte[]> value : found) {
      values.add(value.hasValue() ? Optional.of(value.getValue()) : Optional.empty());
    }
    return values;
  }

  /** When a row ends, cut to what the server takes. */
  private static Instant expiry(PackedRow row, FeatureView view) {
    Duration left = Duration.between(row.eventTime(), LATEST);
    return left.compareTo(view.ttl()) <= 0 ? LATEST : row.eventTime().plus(view.ttl());
  }

  /** Rows that one script call writes. */
  private static final class Chunk {
    final String[] keys;
    final byte[][] values;

    Chunk(FeatureView view, List<PackedRow> rows) {
      keys = new String[rows.size()];
      values = new byte[2 * rows.size()][];
      for (int i = 0; i < keys.length; i++) {
        PackedRow row = rows.get(i);
        keys[i] = Keys.feature(view.name(), row.entity());
        values[2 * i] = row.packed();
        values[2 * i + 1] = TextFields.utf8(Long.toString(expiry(row, view).toEpochMilli()));
      }
    }
  }
}

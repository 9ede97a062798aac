package dev.mlinfra.redis.internal;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.spi.RecentDecisions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.AsyncCommand;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers decisions without waiting for answers, only for room where too many are outstanding and
 * the server answers. What would wait longer is dropped and counted. Look-ups go their own way, so
 * that none stands behind a batch that is being remembered.
 */
final class RedisRecentDecisions implements RecentDecisions {
  private static final Logger LOG = LoggerFactory.getLogger(RedisRecentDecisions.class);
  private static final byte[] UNKNOWN = {};

  private static final Duration FORGET_BUDGET = Duration.ofSeconds(2);

  /** Long enough to connect for the first batch, short enough for the writer to lose. */
  private static final Duration CONNECT_BUDGET = Duration.ofMillis(100);

  /** For room for all of a batch, and for the next part of it. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private static final Duration STALL = Duration.ofMillis(500);
  private static final int PARTS = 5; // of what may be outstanding

  private final RedisLink reads;
  private final RedisLink writes;
  private final Duration ttl;
  private final int atOnce;
  private final Semaphore room;
  private final LongAdder dropped = new LongAdder();
  private volatile boolean stalled;

  RedisRecentDecisions(RedisLink reads, RedisLink writes, Duration ttl, int mostInFlight) {
    this.reads = reads;
    this.writes = writes;
    this.ttl = ttl;
    this.atOnce = Math.max(1, mostInFlight / PARTS);
    this.room = new Semaphore(mostInFlight);
  }

  @Override
  public void remember(List<RecentDecision> batch) {
    int sent = 0;
    long patience = LONGEST_WAIT.toNanos();
    try {
      while (sent < batch.size()) {
        List<RecentDecision> part = batch.subList(sent, Math.min(batch.size(), sent + atOnce));
        if (!room.tryAcquire(part.size())) {
          long before = System.nanoTime();
          if (!awaitRoom(part.size(), patience)) {
            break;
          }
          patience -= System.nanoTime() - before;
        }
        send(part);
        sent += part.size();
      }
    } catch (MlInfraException e) {
      LOG.debug("decisions are not cached: {}", e.getMessage());
    } finally {
      dropped.add(batch.size() - sent);
    }
  }

  /** Waits only while answers come, so that a server that hangs holds nobody up again and again. */
  private boolean awaitRoom(int commands, long longestNanos) {
    try {
      long wait = stalled ? 0 : Math.min(longestNanos, STALL.toNanos());
      boolean taken = room.tryAcquire(commands, wait, TimeUnit.NANOSECONDS);
      if (!taken) {
        stalled = true;
      }
      return taken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Gives the room back that was taken for them, now or with their answers. */
  private void send(List<RecentDecision> decisions) {
    List<AsyncCommand<String, byte[], String>> answers = List.of();
    try {
      StatefulRedisConnection<String, byte[]> connection =
          writes.connection("caching of decisions", CONNECT_BUDGET);
      Batch batch = new Batch();
      for (RecentDecision decision : decisions) {
        batch.set(Keys.decision(decision.id()), TextFields.utf8(line(decision)), ttl);
      }
      answers = batch.send(connection);
    } finally {
      room.release(decisions.size() - answers.size());
    }
    for (AsyncCommand<String, byte[], String> answer : answers) {
      CompletableFuture<?> ignored = answer.whenComplete(this::settle);
    }
  }

  private void settle(@Nullable String answer, @Nullable Throwable failure) {
    if (failure != null) {
      dropped.increment();
    } else {
      stalled = false;
    }
    room.release();
  }

  @Override
  public List<Optional<RecentDecision>> find(List<UUID> ids, Duration budget) {
    String[] keys = ids.stream().map(Keys::decision).toArray(String[]::new);
    try {
      List<KeyValue<String, byte[]>> found =
          reads.call("look-up of decisions", budget, commands -> commands.mget(keys));
      List<Optional<RecentDecision>> known = new ArrayList<>(ids.size());
      for (int i = 0; i < keys.length; i++) {
        byte[] line = found.get(i).getValueOrElse(UNKNOWN);
        known.add(line.length == 0 ? Optional.empty() : decision(ids.get(i), line));
      }
      return known;
    } catch (MlInfraException e) {
      LOG.debug("{} decisions are not found: {}", ids.size(), e.getMessage());
      return Collections.nCopies(ids.size(), Optional.empty());
    }
  }

  /** Behind what is being remembered, so that nothing comes after it. */
  @Override
  public long forget(List<UUID> ids) {
    String[] keys = ids.stream().map(Keys::decision).toArray(String[]::new);
    return keys.length == 0
        ? 0
        : writes.call("forgetting of decisions", FORGET_BUDGET, commands -> commands.unlink(keys));
  }

  /** How many decisions were not remembered. */
  long dropped() {
    return dropped.sum();
  }

  private static String line(RecentDecision decision) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("at", decision.decidedAt().toString());
    fields.put("agent", decision.agent());
    fields.put("model", decision.model());
    fields.put("version", decision.modelVersion());
    fields.put("action", decision.action());
    fields.put("propensity", Double.toString(decision.propensity()));
    if (decision.deferred()) {
      fields.put("deferred", "true");
    }
    return TextFields.join(fields);
  }

  private static Optional<RecentDecision> decision(UUID id, byte[] line) {
    Map<String, String> fields = TextFields.split(TextFields.text(line));
    try {
      return Optional.of(
          new RecentDecision(
              id,
              Instant.parse(fields.getOrDefault("at", "")),
              fields.getOrDefault("agent", ""),
              fields.getOrDefault("model", ""),
              fields.getOrDefault("version", ""),
              fields.getOrDefault("action", ""),
              Double.parseDouble(fields.getOrDefault("propensity", "")),
              Boolean.parseBoolean(fields.get("deferred"))));
    } catch (DateTimeException | NumberFormatException e) {
      LOG.warn("key {} holds no decision: {}", Keys.decision(id), RedisErrors.told(e));
      return Optional.empty();
    }
  }
}

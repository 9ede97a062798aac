package dev.mlinfra.redis.internal;

import dev.mlinfra.decision.RecentDecision;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.spi.RecentDecisions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.AsyncCommand;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers decisions without waiting for the server. What would wait (no connection, too many
 * answers outstanding) is dropped and counted.
 */
final class RedisRecentDecisions implements RecentDecisions {
  private static final Logger LOG = LoggerFactory.getLogger(RedisRecentDecisions.class);
  private static final Duration FIND_BUDGET = Duration.ofMillis(100);

  /** Long enough to connect for the first batch, short enough for the writer to lose. */
  private static final Duration CONNECT_BUDGET = Duration.ofMillis(100);

  private final RedisLink link;
  private final Duration ttl;
  private final int mostInFlight;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();

  RedisRecentDecisions(RedisLink link, Duration ttl, int mostInFlight) {
    this.link = link;
    this.ttl = ttl;
    this.mostInFlight = mostInFlight;
  }

  @Override
  public void remember(List<RecentDecision> batch) {
    int room = Math.min(batch.size(), mostInFlight - inFlight.get());
    try {
      if (room > 0) {
        send(link.connection("caching of decisions", CONNECT_BUDGET), batch.subList(0, room));
      }
    } catch (MlInfraException e) {
      LOG.debug("decisions are not cached: {}", e.getMessage());
      room = 0;
    }
    dropped.add(batch.size() - Math.max(0, room));
  }

  private void send(
      StatefulRedisConnection<String, byte[]> connection, List<RecentDecision> decisions) {
    Batch batch = new Batch();
    for (RecentDecision decision : decisions) {
      batch.set(Keys.decision(decision.id()), TextFields.utf8(line(decision)), ttl);
    }
    inFlight.addAndGet(decisions.size());
    for (AsyncCommand<String, byte[], String> answer : batch.send(connection)) {
      CompletableFuture<?> ignored = answer.whenComplete(this::settle);
    }
  }

  private void settle(@Nullable String answer, @Nullable Throwable failure) {
    inFlight.decrementAndGet();
    if (failure != null) {
      dropped.increment();
    }
  }

  @Override
  public Optional<RecentDecision> find(UUID id) {
    try {
      byte[] line =
          link.call(
              "look-up of decision " + id,
              FIND_BUDGET,
              commands -> commands.get(Keys.decision(id)));
      return line == null ? Optional.empty() : decision(id, TextFields.text(line));
    } catch (MlInfraException e) {
      LOG.debug("decision {} is not found: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  /** How many decisions were not remembered. */
  long dropped() {
    return dropped.sum();
  }

  int inFlight() {
    return inFlight.get();
  }

  private static String line(RecentDecision decision) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("at", decision.decidedAt().toString());
    fields.put("agent", decision.agent());
    fields.put("model", decision.model());
    fields.put("version", decision.modelVersion());
    fields.put("action", decision.action());
    fields.put("propensity", Double.toString(decision.propensity()));
    return TextFields.join(fields);
  }

  private static Optional<RecentDecision> decision(UUID id, String line) {
    Map<String, String> fields = TextFields.split(line);
    try {
      return Optional.of(
          new RecentDecision(
              id,
              Instant.parse(fields.getOrDefault("at", "")),
              fields.getOrDefault("agent", ""),
              fields.getOrDefault("model", ""),
              fields.getOrDefault("version", ""),
              fields.getOrDefault("action", ""),
              Double.parseDouble(fields.getOrDefault("propensity", ""))));
    } catch (DateTimeException | NumberFormatException e) {
      LOG.warn("key {} holds no decision: {}", Keys.decision(id), RedisErrors.oneLine(e));
      return Optional.empty();
    }
  }
}

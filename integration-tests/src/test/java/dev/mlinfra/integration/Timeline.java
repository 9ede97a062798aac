package dev.mlinfra.integration;

import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A random history of a few entities and random questions about it, full of edges: ties in event
 * time and in known time, rows that come late, back-fills known only later, questions on the very
 * instant, one microsecond beside it and on the instant of expiry, entities without rows, doubled
 * questions.
 */
record Timeline(List<FeatureRow> rows, List<AsOf> spine) {
  /** What a naive reader says to one question. */
  record Expected(FeatureStatus status, Map<String, Object> values) {}

  static final String NUMBER = "amount";
  static final String COUNT = "visits";
  private static final Instant START = Instant.parse("2026-01-15T10:00:00Z");
  private static final int ENTITIES = 3;

  static Timeline random(Random random, String prefix, Duration ttl) {
    List<FeatureRow> rows = new ArrayList<>();
    List<Instant> edges = new ArrayList<>();
    int size = random.nextInt(14);
    for (int i = 0; i < size; i++) {
      Instant event = instant(random, ttl);
      Instant known = random.nextInt(4) == 0 ? instant(random, ttl) : event.plus(lag(random, ttl));
      FeatureRow row = row(random, prefix + random.nextInt(ENTITIES), event, known);
      if (rows.stream().noneMatch(other -> sameKey(other, row))) {
        rows.add(row);
        edges.addAll(List.of(event, known, event.plus(ttl), known.plus(ttl)));
      }
    }
    return new Timeline(rows, spine(random, prefix, ttl, edges));
  }

  /** The answer by the plainest means: look at every row, keep the best. */
  Expected naive(AsOf question, Duration ttl) {
    FeatureRow best = null;
    for (FeatureRow row : rows) {
      Instant known = row.knownAt().orElseThrow();
      boolean eligible =
          row.entity().equals(question.entity())
              && !row.eventTime().isAfter(question.at())
              && !known.isAfter(question.at());
      if (eligible && (best == null || later(row, best))) {
        best = row;
      }
    }
    if (best == null) {
      return new Expected(FeatureStatus.MISSING, Map.of());
    }
    Duration age = Duration.between(best.eventTime(), question.at());
    return age.compareTo(ttl) >= 0
        ? new Expected(FeatureStatus.EXPIRED, Map.of())
        : new Expected(FeatureStatus.PRESENT, best.values());
  }

  private static boolean later(FeatureRow row, FeatureRow than) {
    int byEvent = row.eventTime().compareTo(than.eventTime());
    return byEvent > 0
        || (byEvent == 0 && row.knownAt().orElseThrow().isAfter(than.knownAt().orElseThrow()));
  }

  private static boolean sameKey(FeatureRow a, FeatureRow b) {
    return a.entity().equals(b.entity())
        && a.eventTime().equals(b.eventTime())
        && a.knownAt().equals(b.knownAt());
  }

  /** No two rows of a timeline have the same values, so that each answer shows which row it is. */
  private static FeatureRow row(Random random, String entity, Instant event, Instant known) {
    FeatureRow.Builder row = FeatureRow.builder(entity, event).knownAt(known);
    row.value(NUMBER, random.nextDouble());
    if (random.nextBoolean()) {
      row.value(COUNT, random.nextLong());
    }
    return row.build();
  }

  private static List<AsOf> spine(Random random, String prefix, Duration ttl, List<Instant> edges) {
    List<AsOf> spine = new ArrayList<>();
    int size = 1 + random.nextInt(40);
    for (int i = 0; i < size; i++) {
      String entity = prefix + random.nextInt(ENTITIES + 1);
      Instant at =
          edges.isEmpty() || random.nextInt(4) == 0
              ? instant(random, ttl)
              : edges
                  .get(random.nextInt(edges.size()))
                  .plusNanos(1_000L * (random.nextInt(3) - 1) + random.nextInt(1_000));
      spine.add(new AsOf(entity, at));
      if (random.nextInt(5) == 0) {
        spine.add(spine.get(random.nextInt(spine.size())));
      }
    }
    Collections.shuffle(spine, random);
    return spine;
  }

  /** Some of few instants, so that ties are common; with nanoseconds that must not matter. */
  private static Instant instant(Random random, Duration ttl) {
    Duration coarse = ttl.dividedBy(3).multipliedBy(random.nextInt(6));
    return START
        .plus(coarse.truncatedTo(ChronoUnit.MICROS))
        .plusNanos(1_000L * random.nextInt(3) + random.nextInt(1_000));
  }

  private static Duration lag(Random random, Duration ttl) {
    return switch (random.nextInt(4)) {
      case 0 -> Duration.ZERO;
      case 1 -> Duration.ofNanos(1_000L * (random.nextInt(3) - 1));
      case 2 -> ttl.dividedBy(2);
      default -> ttl.multipliedBy(2);
    };
  }
}

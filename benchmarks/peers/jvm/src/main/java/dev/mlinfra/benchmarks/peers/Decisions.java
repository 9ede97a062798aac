package dev.mlinfra.benchmarks.peers;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionIds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The same decisions for every way: 64 features, a small context, a millisecond apart. */
public final class Decisions {
  private static final int FEATURES = 64;
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  private Decisions() {}

  /** Makes that many. */
  public static List<Decision> of(int count) {
    SplittableRandom random = new SplittableRandom(1);
    List<Decision> decisions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      decisions.add(one(random, i));
    }
    return decisions;
  }

  private static Decision one(SplittableRandom random, int number) {
    float[] features = new float[FEATURES];
    for (int i = 0; i < FEATURES; i++) {
      features[i] = (float) random.nextDouble();
    }
    Instant at = START.plusMillis(number);
    return Decision.by("ranker")
        .id(DecisionIds.named(at, "bench/" + number))
        .decidedAt(at)
        .model("bts", "17")
        .action("item-" + random.nextInt(80))
        .baselineAction("item-" + random.nextInt(80))
        .propensity(0.0125)
        .score(random.nextDouble())
        .features(features)
        .featureSet("fashion-v3")
        .context("position", "left")
        .latency(Duration.ofNanos(900_000))
        .build();
  }
}

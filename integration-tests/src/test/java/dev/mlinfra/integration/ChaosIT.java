package dev.mlinfra.integration;

import dev.mlinfra.buffer.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults at random, often two at once, while hosts log without pause. The seed gives the same
 * faults in the same order; {@code ./verify --chaos SEED MINUTES} runs it.
 */
@Tag("chaos")
class ChaosIT {
  private static final long SEED = Long.getLong("mlinfra.chaos.seed", 1);
  private static final Duration LENGTH =
      Duration.ofSeconds(60L * Integer.getInteger("mlinfra.chaos.minutes", 1));
  private static final int LONGEST_FAULT_MILLIS = 2_500;
  private static final int LONGEST_CALM_MILLIS = 1_000;

  private final Random random = new Random(SEED);

  @Test
  void nothingAcceptedIsLostOrDoubledWhateverFails(@TempDir Path temp) throws Exception {
    Durability durability = random.nextBoolean() ? Durability.SPOOL_FIRST : Durability.MEMORY;
    say("seed " + SEED + ", " + LENGTH.toMinutes() + " min, " + durability);
    try (ChaosWorld world = new ChaosWorld(temp, durability)) {
      long end = System.nanoTime() + LENGTH.toNanos();
      while (System.nanoTime() < end) {
        strike(ChaosFault.serverFaults(world, random), ChaosFault.hostFaults(world, random));
        rest(LONGEST_CALM_MILLIS);
      }
      say(world.settle());
    }
  }

  /** One of the first, one of the others, or one of each. */
  private void strike(List<ChaosFault> first, List<ChaosFault> others) throws Exception {
    int which = random.nextInt(3);
    ChaosFault one = first.get(random.nextInt(first.size()));
    ChaosFault other = others.get(random.nextInt(others.size()));
    say(which == 0 ? one.name() : which == 1 ? other.name() : one.name() + ", " + other.name());
    if (which != 1) {
      one.strike().run();
    }
    try {
      if (which != 0) {
        other.strike().run();
      }
      rest(LONGEST_FAULT_MILLIS);
      if (which != 0) {
        other.heal().run();
      }
    } finally {
      if (which != 1) {
        one.heal().run();
      }
    }
  }

  private void rest(int atMostMillis) {
    LockSupport.parkNanos(random.nextInt(atMostMillis) * 1_000_000L);
  }

  private static void say(String line) {
    System.out.println("chaos: " + line);
  }
}

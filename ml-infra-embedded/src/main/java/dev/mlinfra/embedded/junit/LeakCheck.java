package dev.mlinfra.embedded.junit;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Finds the threads of the library that a test class left behind. */
final class LeakCheck {
  private static final String PREFIX = "ml-infra-";
  private static final long POLL_MILLIS = 10;

  private final Set<Thread> before;

  private LeakCheck(Set<Thread> before) {
    this.before = before;
  }

  /** Threads that are there already are none of the class. */
  static LeakCheck fromHere() {
    return new LeakCheck(new HashSet<>(threads()));
  }

  /** Waits for threads that are about to end, and fails when some stay. */
  void requireNone(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    List<Thread> left = left();
    while (!left.isEmpty() && System.nanoTime() < deadline && pause()) {
      left = left();
    }
    if (!left.isEmpty()) {
      throw new AssertionError(
          "threads left after the test class were "
              + left.stream().map(LeakCheck::describe).collect(Collectors.joining(", "))
              + " but must be none; close every MlInfra that the tests opened");
    }
  }

  private List<Thread> left() {
    return threads().stream().filter(thread -> !before.contains(thread)).toList();
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(PREFIX) && thread.isAlive())
        .toList();
  }

  private static String describe(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return thread.getName() + (stack.length == 0 ? "" : " in " + stack[0]);
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

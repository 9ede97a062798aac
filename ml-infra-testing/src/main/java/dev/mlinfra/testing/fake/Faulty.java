package dev.mlinfra.testing.fake;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Decides for every call what becomes of it. Thread-safe. */
final class Faulty {
  private enum Mode {
    FAILS,
    HANGS,
    LOSES_ANSWERS
  }

  /** What a test does at each call of a part. */
  private record Hook(Part part, boolean early, Consumer<Call> action) {}

  private final Object lock = new Object();
  private final Map<Part, Mode> modes = new EnumMap<>(Part.class);
  private final Map<Part, Duration> delays = new EnumMap<>(Part.class);
  private final List<Hook> hooks = new CopyOnWriteArrayList<>();
  private Duration callTimeout = Duration.ofSeconds(10);
  private long generation;

  void fail(Part... parts) {
    set(Mode.FAILS, parts);
  }

  void hang(Part... parts) {
    set(Mode.HANGS, parts);
  }

  void loseAnswers(Part... parts) {
    set(Mode.LOSES_ANSWERS, parts);
  }

  void slow(Part part, Duration delay) {
    synchronized (lock) {
      delays.put(part, delay);
    }
  }

  void before(Part part, Consumer<Call> action) {
    hooks.add(new Hook(part, true, action));
  }

  void after(Part part, Consumer<Call> action) {
    hooks.add(new Hook(part, false, action));
  }

  void heal() {
    synchronized (lock) {
      modes.clear();
      delays.clear();
      lock.notifyAll();
    }
  }

  void callTimeout(Duration timeout) {
    synchronized (lock) {
      callTimeout = timeout;
    }
  }

  /** Ends every call that hangs now, as closing its connection does. */
  void interruptCalls() {
    synchronized (lock) {
      generation++;
      lock.notifyAll();
    }
  }

  /** What is wrong now, one entry a part. */
  List<String> describe() {
    synchronized (lock) {
      List<String> faults = new ArrayList<>();
      modes.forEach((part, mode) -> faults.add(part + " " + mode));
      delays.forEach((part, delay) -> faults.add(part + " takes " + delay));
      return faults;
    }
  }

  /** Does some work as the part is now, within the time-out that every part has. */
  <T> T call(Part part, Supplier<T> work) {
    return call(Call.of(part), work);
  }

  /** Does some work with what is handed over. */
  <T> T call(Call call, Supplier<T> work) {
    Duration timeout;
    synchronized (lock) {
      timeout = callTimeout;
    }
    return call(call, timeout, false, work);
  }

  /** Does some work that has a time budget of its own. */
  <T> T call(Call call, Duration budget, Supplier<T> work) {
    return call(call, budget, true, work);
  }

  void run(Part part, Runnable work) {
    run(Call.of(part), work);
  }

  void run(Call call, Runnable work) {
    call(
        call,
        () -> {
          work.run();
          return call;
        });
  }

  private <T> T call(Call call, Duration longest, boolean budgeted, Supplier<T> work) {
    told(call, true);
    enter(call.part(), longest, budgeted);
    T result = work.get();
    told(call, false);
    leave(call.part());
    return result;
  }

  private void told(Call call, boolean early) {
    hooks.stream()
        .filter(hook -> hook.part() == call.part() && hook.early() == early)
        .forEach(hook -> hook.action().accept(call));
  }

  private void set(Mode mode, Part... parts) {
    synchronized (lock) {
      for (Part part : parts.length == 0 ? Part.values() : parts) {
        modes.put(part, mode);
      }
      lock.notifyAll();
    }
  }

  private void enter(Part part, Duration longest, boolean budgeted) {
    long start = System.nanoTime();
    long most = Timeouts.bounded(longest).toNanos();
    synchronized (lock) {
      long entered = generation;
      while (true) {
        Mode mode = modes.get(part);
        if (mode == Mode.FAILS) {
          throw new UnavailableException(part + " was told to fail; heal() it");
        }
        long waited = System.nanoTime() - start;
        long delay = delays.getOrDefault(part, Duration.ZERO).toNanos();
        long until = mode == Mode.HANGS ? Long.MAX_VALUE : delay;
        if (waited >= until) {
          return;
        }
        if (waited >= most) {
          throw tooLong(part, longest, budgeted);
        }
        if (entered != generation) {
          throw new UnavailableException(part + " was closed while it hung; connect again");
        }
        long left = Math.min(until, most) - waited;
        try {
          lock.wait(left / 1_000_000, (int) (left % 1_000_000));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new UnavailableException(part + " was interrupted while it hung; try again", e);
        }
      }
    }
  }

  private void leave(Part part) {
    synchronized (lock) {
      if (modes.get(part) == Mode.LOSES_ANSWERS) {
        throw new UnavailableException(
            part + " did its work and was told to lose the answer; heal() it");
      }
    }
  }

  private static MlInfraException tooLong(Part part, Duration longest, boolean budgeted) {
    String line = part + " gave no answer within " + longest.toMillis() + " ms; heal() it";
    return budgeted ? new TimedOutException(line) : new UnavailableException(line);
  }
}

package dev.mlinfra.internal.shadow;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.shadow.ShadowTally.Outcome;
import dev.mlinfra.spi.runtime.Causes;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One decision of one candidate; it ends once, by its answer, its failure or its time limit. */
final class ShadowCall<I, A> implements Runnable {
  private final Bulkhead<I, A> bulkhead;
  private final I input;
  private final Decision live;
  private final boolean trial;
  private final AtomicBoolean settled = new AtomicBoolean();
  private @Nullable Thread thread;

  ShadowCall(Bulkhead<I, A> bulkhead, I input, Decision live, boolean trial) {
    this.bulkhead = bulkhead;
    this.input = input;
    this.live = live;
    this.trial = trial;
  }

  boolean trial() {
    return trial;
  }

  /** Ends a turn that will not be run. */
  void leave() {
    bulkhead.left(this);
  }

  @Override
  public void run() {
    if (bulkhead.skipped(this)) {
      return;
    }
    enter(Thread.currentThread());
    try {
      decide();
    } finally {
      enter(null);
      // An interrupt that came late must not hit the next turn.
      boolean ignored = Thread.interrupted();
    }
  }

  @SuppressWarnings("CatchingUnchecked") // a candidate may throw anything and goes on
  private void decide() {
    Future<?> limit = null;
    try {
      limit = bulkhead.limit(this::expire);
      Decision decision = bulkhead.decide(input, live);
      if (settled.compareAndSet(false, true)) {
        bulkhead.answered(this, decision, live);
      }
    } catch (Throwable e) {
      if (settled.compareAndSet(false, true)) {
        bulkhead.failed(this, Outcome.FAILED, () -> Causes.oneLine(e));
      }
    } finally {
      if (limit != null) {
        limit.cancel(false);
      }
    }
  }

  private synchronized void enter(@Nullable Thread running) {
    thread = running;
  }

  private synchronized void expire() {
    Thread running = thread;
    if (running != null && settled.compareAndSet(false, true)) {
      running.interrupt();
      bulkhead.failed(this, Outcome.TIMED_OUT, () -> "it took longer than its time limit");
    }
  }
}

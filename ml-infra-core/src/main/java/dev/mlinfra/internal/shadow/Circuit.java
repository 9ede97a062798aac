package dev.mlinfra.internal.shadow;

import dev.mlinfra.spi.runtime.Backoff;

/**
 * Leaves a candidate alone that keeps failing. After a pause one turn is a trial, whose end
 * decides.
 */
final class Circuit {
  /** Whether a turn may be taken. */
  enum Admission {
    FREE,
    TRIAL,
    REFUSED
  }

  private final int limit;
  private final Backoff backoff;
  private int failures;
  private long retryAtNanos;
  private boolean trial;
  private volatile boolean open;

  Circuit(int limit, Backoff backoff) {
    this.limit = limit;
    this.backoff = backoff;
  }

  Admission admit(long nowNanos) {
    if (!open) {
      return Admission.FREE;
    }
    synchronized (this) {
      if (!open) {
        return Admission.FREE;
      }
      if (trial || nowNanos - retryAtNanos < 0) {
        return Admission.REFUSED;
      }
      trial = true;
      return Admission.TRIAL;
    }
  }

  boolean open() {
    return open;
  }

  synchronized void succeeded() {
    failures = 0;
    trial = false;
    open = false;
  }

  /** Returns whether this failure made the candidate rest. */
  synchronized boolean failed(boolean ofTrial, long nowNanos) {
    if (open && !ofTrial) {
      return false;
    }
    failures++;
    trial = false;
    if (failures >= limit) {
      open = true;
      retryAtNanos = nowNanos + backoff.pauseNanos(failures - limit + 1);
    }
    return failures == limit;
  }

  /** The trial could not be made. */
  synchronized void untried() {
    trial = false;
  }
}

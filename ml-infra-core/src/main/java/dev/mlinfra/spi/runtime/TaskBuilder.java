package dev.mlinfra.spi.runtime;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * What a {@link RepeatingTask} does beside its turns. Not thread-safe.
 *
 * @since 0.1
 */
public final class TaskBuilder {
  final String name;
  final RepeatingTask.Turn turn;
  BooleanSupplier paused = () -> false;
  String failing = "cannot go on";
  Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  Duration closeWait = Duration.ofSeconds(1);
  Duration drainTime = Duration.ZERO;
  BooleanSupplier drained = () -> true;
  String leftBehind = "it is left behind";
  Runnable atEnd = () -> {};

  TaskBuilder(String name, RepeatingTask.Turn turn) {
    this.name = name;
    this.turn = turn;
  }

  /**
   * Takes no turn while something holds; asked before each one.
   *
   * @param held whether the task must rest
   * @return this
   * @since 0.1
   */
  public TaskBuilder pausedWhile(BooleanSupplier held) {
    paused = held;
    return this;
  }

  /**
   * Sets what follows a turn that throws; 100 ms to 5 s unless told otherwise.
   *
   * @param what what the turn did not do, for the log, as {@code cannot go on}
   * @param pauses the pauses
   * @return this
   * @since 0.1
   */
  public TaskBuilder onFailure(String what, Backoff pauses) {
    failing = what;
    backoff = pauses;
    return this;
  }

  /**
   * Sets how long a close waits for the turn in hand before it interrupts it; a second unless told
   * otherwise.
   *
   * @param longest the wait
   * @return this
   * @since 0.1
   */
  public TaskBuilder closeWait(Duration longest) {
    closeWait = longest;
    return this;
  }

  /**
   * Goes on with turns after a close until there is nothing left to do.
   *
   * @param longest for how long at most; a close waits a second more for the last turn
   * @param done whether there is nothing left
   * @return this
   * @since 0.1
   */
  public TaskBuilder drains(Duration longest, BooleanSupplier done) {
    drainTime = longest;
    drained = done;
    return closeWait(longest.plus(RepeatingTask.GRACE));
  }

  /**
   * Sets what the log says of a thread that does not heed the interrupt of a close.
   *
   * @param consequence what becomes of what it holds
   * @return this
   * @since 0.1
   */
  public TaskBuilder leaves(String consequence) {
    leftBehind = consequence;
    return this;
  }

  /**
   * Sets the last that the thread does.
   *
   * @param last run however the turns ended
   * @return this
   * @since 0.1
   */
  public TaskBuilder atEnd(Runnable last) {
    atEnd = last;
    return this;
  }

  /**
   * Makes the task and does not start it.
   *
   * @return the task
   * @since 0.1
   */
  public RepeatingTask build() {
    return new RepeatingTask(this);
  }
}

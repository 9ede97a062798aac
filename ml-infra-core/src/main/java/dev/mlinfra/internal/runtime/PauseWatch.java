package dev.mlinfra.internal.runtime;

import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.RepeatingTask;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Looks at the signal more than twice a second. The pause varies, so that the services of a site
 * spread over time; together with the budget it stays under a second.
 */
final class PauseWatch implements AutoCloseable {
  private static final Duration BUDGET = Duration.ofMillis(400);
  private static final Backoff PERIOD = new Backoff(Duration.ofMillis(500), Duration.ofMillis(500));

  private final PauseSignal signal;
  private final Consumer<String> seen;
  private final Runnable looked;
  private final RepeatingTask task;

  /** Starts the thread; it hands over what the signal says, empty for not paused. */
  PauseWatch(PauseSignal signal, Consumer<String> seen, Runnable looked) {
    this.signal = signal;
    this.seen = seen;
    this.looked = looked;
    this.task =
        RepeatingTask.named("ml-infra-pause-watch", this::look)
            .onFailure("cannot read the pause signal, what it said last stays", PERIOD)
            .build();
    task.start();
  }

  @Override
  public void close() {
    task.close();
  }

  private long look() {
    try {
      seen.accept(signal.look(BUDGET).orElse(""));
    } finally {
      looked.run();
    }
    return PERIOD.pauseNanos(1);
  }
}

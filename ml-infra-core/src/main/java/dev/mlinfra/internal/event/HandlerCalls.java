package dev.mlinfra.internal.event;

import dev.mlinfra.event.Delivery;
import dev.mlinfra.event.EventConsumer.Progress;
import dev.mlinfra.event.EventHandler;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the host's handler, whatever it throws, and counts what became of a group's events. */
final class HandlerCalls {
  private static final Logger LOG = LoggerFactory.getLogger(HandlerCalls.class);

  private final String group;
  private final EventHandler handler;
  private final Telemetry telemetry;
  private final LongAdder handled = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder deadLettered = new LongAdder();
  private final LongAdder claimed = new LongAdder();
  private final LongAdder redelivered = new LongAdder();

  HandlerCalls(String group, EventHandler handler, Telemetry telemetry) {
    this.group = group;
    this.handler = handler;
    this.telemetry = telemetry;
  }

  /** Returns why the handler did not take a batch, or null. */
  @SuppressWarnings("CatchingUnchecked") // a handler may throw anything and goes on
  @Nullable Throwable call(List<Delivery> batch) {
    count(
        redelivered,
        Instrument.EVENTS_REDELIVERED,
        batch.stream().filter(delivery -> delivery.attempt() > 1).count());
    long start = System.nanoTime();
    try {
      handler.handle(batch);
    } catch (Throwable e) {
      count(failures, Instrument.EVENTS_FAILURES, 1);
      LOG.debug("handler of {} failed for {} events: {}", group, batch.size(), Causes.oneLine(e));
      return e;
    }
    telemetry.time(Instrument.EVENTS_HANDLER, System.nanoTime() - start, group);
    return null;
  }

  void handled(int events) {
    count(handled, Instrument.EVENTS_HANDLED, events);
  }

  void claimed(int events) {
    count(claimed, Instrument.EVENTS_CLAIMED, events);
  }

  void deadLettered() {
    count(deadLettered, Instrument.EVENTS_DEAD_LETTERED, 1);
  }

  Progress progress() {
    return new Progress(
        handled.sum(), failures.sum(), deadLettered.sum(), claimed.sum(), redelivered.sum());
  }

  private void count(LongAdder counter, Instrument instrument, long events) {
    counter.add(events);
    telemetry.count(instrument, events, group);
  }
}

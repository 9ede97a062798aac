package dev.mlinfra.internal.event;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Delivery;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.event.EventHandler;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a group in batches and acknowledges what the handler took. What it did not take comes
 * again, one by one, after a back-off, beside the new events; what fails too often is parked with
 * its cause and then acknowledged, in that order, so that nothing is lost when the process dies in
 * between.
 */
final class GroupConsumer implements EventConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(GroupConsumer.class);
  private static final int MAX_RETRIES_HELD = 1_000;
  private static final int CLAIM_COUNT = 100;
  private static final long HELD_PAUSE_NANOS = 50_000_000;
  private static final Duration BROKER_MIN_PAUSE = Duration.ofMillis(100);
  private static final Duration BROKER_MAX_PAUSE = Duration.ofSeconds(5);

  private final String group;
  private final ConsumerOptions options;
  private final EventHandler handler;
  private final EventBroker.Subscription subscription;
  private final DeadLetterStore deadLetters;
  private final PauseSwitch pause;
  private final Telemetry telemetry;
  private final Consumer<GroupConsumer> onClose;
  private final Retries retries;
  private final Backoff brokerBackoff = new Backoff(BROKER_MIN_PAUSE, BROKER_MAX_PAUSE);
  private final List<String> unacknowledged = new ArrayList<>();
  private final LongAdder handled = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder deadLettered = new LongAdder();
  private final LongAdder claimed = new LongAdder();
  private final LongAdder redelivered = new LongAdder();
  private final Thread thread;
  private volatile boolean closing;
  private int brokerFailures;
  private long nextClaimNanos = System.nanoTime();

  GroupConsumer(
      String group,
      String name,
      ConsumerOptions options,
      EventHandler handler,
      EventBroker broker,
      DeadLetterStore deadLetters,
      PauseSwitch pause,
      Telemetry telemetry,
      Consumer<GroupConsumer> onClose) {
    this.group = group;
    this.options = options;
    this.handler = handler;
    this.subscription = broker.subscribe(group, name);
    this.deadLetters = deadLetters;
    this.pause = pause;
    this.telemetry = telemetry;
    this.onClose = onClose;
    this.retries = new Retries(new Backoff(options.minBackoff(), options.maxBackoff()));
    this.thread = new Thread(this::run, "ml-infra-consumer-" + group);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  @Override
  public Progress progress() {
    return new Progress(
        handled.sum(), failures.sum(), deadLettered.sum(), claimed.sum(), redelivered.sum());
  }

  /** Asks the thread to end after the batch in hand; returns at once. */
  void stop() {
    closing = true;
    LockSupport.unpark(thread);
  }

  @Override
  public void close() {
    stop();
    if (Thread.currentThread() != thread) {
      Timeouts.join(thread, options.closeTimeout());
      if (thread.isAlive()) {
        thread.interrupt();
        LOG.warn("consumer of {} is still in its handler; its events go to others", group);
      }
    }
    onClose.accept(this);
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the consumer
  private void run() {
    while (!closing) {
      if (pause.holds()) {
        LockSupport.parkNanos(HELD_PAUSE_NANOS);
        continue;
      }
      try {
        round();
        if (brokerFailures > 0) {
          LOG.info("consumer of {} reads again after {} failed attempts", group, brokerFailures);
        }
        brokerFailures = 0;
      } catch (Throwable e) {
        pause(e);
      }
    }
    subscription.close();
  }

  private void round() {
    acknowledge();
    retryDue();
    claimIdle();
    boolean room = retries.size() < MAX_RETRIES_HELD;
    Duration wait = retries.untilNext(System.nanoTime(), options.block());
    if (room) {
      List<EventBroker.Entry> entries = subscription.read(options.batchSize(), wait);
      if (resumed()) {
        receive(entries);
      }
    } else {
      LockSupport.parkNanos(wait.toNanos());
    }
  }

  /** Waits while paused; what was read stays pending, so that closing leaves it to others. */
  private boolean resumed() {
    while (pause.holds() && !closing) {
      LockSupport.parkNanos(HELD_PAUSE_NANOS);
    }
    return !pause.holds();
  }

  /** Tries each held entry at most once, so that new events flow beside those that keep failing. */
  private void retryDue() {
    for (int left = retries.size(); left > 0 && !closing; left--) {
      Retries.Held due = retries.due(System.nanoTime());
      if (due == null) {
        return;
      }
      retry(due);
    }
  }

  private void claimIdle() {
    long now = System.nanoTime();
    if (now - nextClaimNanos < 0 || retries.size() >= MAX_RETRIES_HELD) {
      return;
    }
    List<EventBroker.Entry> idle =
        subscription.claim(options.claimAfter(), CLAIM_COUNT).stream()
            .filter(entry -> !retries.holds(entry.id()))
            .toList();
    claimed.add(idle.size());
    telemetry.count(Instrument.EVENTS_CLAIMED, idle.size(), group);
    if (idle.isEmpty()) {
      nextClaimNanos = now + options.claimAfter().toNanos() / 2;
    }
    receive(idle);
  }

  private void receive(List<EventBroker.Entry> entries) {
    List<Delivery> batch = new ArrayList<>(entries.size());
    for (EventBroker.Entry entry : entries) {
      if (entry.event() == null) {
        retries.hold(
            entry,
            0,
            new IllegalStateException("the entry is not an event"),
            options.maxAttempts());
      } else if (entry.deliveries() > options.maxAttempts()) {
        retries.hold(
            entry,
            0,
            new IllegalStateException("its consumers died " + (entry.deliveries() - 1) + " times"),
            options.maxAttempts());
      } else {
        batch.add(delivery(entry, entry.deliveries()));
      }
    }
    if (batch.isEmpty()) {
      return;
    }
    Throwable failure = call(List.copyOf(batch));
    for (EventBroker.Entry entry : entries) {
      if (entry.event() != null && entry.deliveries() <= options.maxAttempts()) {
        if (failure == null) {
          unacknowledged.add(entry.id());
        } else {
          retries.hold(entry, System.nanoTime(), failure, (int) entry.deliveries());
        }
      }
    }
    if (failure == null) {
      settle(batch.size());
      acknowledge();
    }
  }

  private void retry(Retries.Held held) {
    if (held.attempts() >= options.maxAttempts()) {
      park(held);
      return;
    }
    int attempt = held.attempts() + 1;
    Throwable failure = call(List.of(delivery(held.entry(), attempt)));
    if (failure == null) {
      unacknowledged.add(held.entry().id());
      settle(1);
      acknowledge();
    } else {
      long now = attempt >= options.maxAttempts() ? 0 : System.nanoTime();
      retries.hold(held.entry(), now, failure, attempt);
    }
  }

  private void park(Retries.Held held) {
    EventBroker.Entry entry = held.entry();
    String subject = entry.event() == null ? entry.id() : entry.event().id().toString();
    try {
      deadLetters.park(
          new DeadLetter(group, subject, entry.raw(), oneLine(held.cause()), held.attempts()));
    } catch (RuntimeException e) {
      retries.hold(entry, System.nanoTime(), held.cause(), held.attempts());
      LOG.warn("event {} of {} is not parked yet: {}", subject, group, oneLine(e));
      return;
    }
    LOG.warn(
        "event {} of {} parked after {} attempts: {}",
        subject,
        group,
        held.attempts(),
        oneLine(held.cause()));
    deadLettered.increment();
    telemetry.count(Instrument.EVENTS_DEAD_LETTERED, 1, group);
    unacknowledged.add(entry.id());
    acknowledge();
  }

  private void acknowledge() {
    if (!unacknowledged.isEmpty()) {
      subscription.ack(List.copyOf(unacknowledged));
      unacknowledged.clear();
    }
  }

  private void settle(int events) {
    handled.add(events);
    telemetry.count(Instrument.EVENTS_HANDLED, events, group);
  }

  private @Nullable Throwable call(List<Delivery> batch) {
    long repeats = batch.stream().filter(delivery -> delivery.attempt() > 1).count();
    redelivered.add(repeats);
    telemetry.count(Instrument.EVENTS_REDELIVERED, repeats, group);
    long start = System.nanoTime();
    try {
      handler.handle(batch);
      telemetry.time(Instrument.EVENTS_HANDLER, System.nanoTime() - start, group);
      return null;
    } catch (Throwable e) {
      failures.increment();
      telemetry.count(Instrument.EVENTS_FAILURES, 1, group);
      LOG.debug("handler of {} failed for {} events: {}", group, batch.size(), oneLine(e));
      return e;
    }
  }

  private void pause(Throwable cause) {
    brokerFailures++;
    long nanos = brokerBackoff.pauseNanos(brokerFailures);
    if (Integer.bitCount(brokerFailures) == 1) {
      LOG.warn(
          "consumer of {} cannot go on (attempt {}, next in {} ms): {}",
          group,
          brokerFailures,
          nanos / 1_000_000,
          oneLine(cause));
    }
    LockSupport.parkNanos(nanos);
    boolean ignored = Thread.interrupted();
  }

  private static Delivery delivery(EventBroker.Entry entry, long attempt) {
    return new Delivery(
        entry.id(), Objects.requireNonNull(entry.event()), (int) Math.max(1, attempt));
  }

  private static String oneLine(Throwable cause) {
    return (cause instanceof MlInfraException || cause instanceof IllegalStateException
            ? String.valueOf(cause.getMessage())
            : cause.toString())
        .replaceAll("\\s*\\R\\s*", " ");
  }
}

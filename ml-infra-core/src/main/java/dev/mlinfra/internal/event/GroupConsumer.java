package dev.mlinfra.internal.event;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Delivery;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.EventBroker.Entry;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.RepeatingTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
  private static final int CLAIM_COUNT = 100;
  private static final Backoff BROKER_BACKOFF =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  private final String group;
  private final ConsumerOptions options;
  private final HandlerCalls calls;
  private final EventBroker.Subscription subscription;
  private final DeadLetterStore deadLetters;
  private final Consumer<GroupConsumer> onClose;
  private final Retries retries;
  private final List<String> unacknowledged = new ArrayList<>();
  private final RepeatingTask task;
  private long nextClaimNanos = System.nanoTime();

  GroupConsumer(
      String group,
      ConsumerOptions options,
      HandlerCalls calls,
      EventBroker.Subscription subscription,
      DeadLetterStore deadLetters,
      PauseSwitch pause,
      Consumer<GroupConsumer> onClose) {
    this.group = group;
    this.options = options;
    this.calls = calls;
    this.subscription = subscription;
    this.deadLetters = deadLetters;
    this.onClose = onClose;
    this.retries = new Retries(new Backoff(options.minBackoff(), options.maxBackoff()));
    this.task =
        RepeatingTask.named("ml-infra-consumer-" + group, this::turn)
            .pausedWhile(pause::holds)
            .onFailure("cannot go on", BROKER_BACKOFF)
            .closeWait(options.closeTimeout())
            .leaves("its events go to others")
            .atEnd(subscription::close)
            .build();
  }

  void start() {
    task.start();
  }

  @Override
  public Progress progress() {
    return calls.progress();
  }

  /** Asks the thread to end after the batch in hand; returns at once. */
  void stop() {
    task.stop();
  }

  @Override
  public void close() {
    task.close();
    onClose.accept(this);
  }

  private long turn() {
    acknowledge();
    retryDue();
    claimIdle();
    Duration wait = retries.untilNext(options.block());
    if (retries.isFull()) {
      return wait.toNanos();
    }
    List<Entry> entries = subscription.read(options.batchSize(), wait);
    if (task.awaitResume()) { // or what was read stays pending, for others
      receive(entries);
    }
    return 0;
  }

  /** Tries each held entry at most once, so that new events flow beside those that keep failing. */
  private void retryDue() {
    for (int left = retries.size(); left > 0 && !task.closing(); left--) {
      Retries.Held due = retries.due();
      if (due == null) {
        return;
      }
      if (due.attempts() < options.maxAttempts()) {
        retry(due);
      } else {
        park(due);
      }
    }
  }

  private void claimIdle() {
    long now = System.nanoTime();
    if (now - nextClaimNanos < 0 || retries.isFull()) {
      return;
    }
    List<Entry> idle =
        subscription.claim(options.claimAfter(), CLAIM_COUNT).stream()
            .filter(entry -> !retries.holds(entry.id()))
            .toList();
    calls.claimed(idle.size());
    if (idle.isEmpty()) {
      nextClaimNanos = now + options.claimAfter().toNanos() / 2;
    }
    receive(idle);
  }

  private void receive(List<Entry> entries) {
    List<Entry> fit = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      String fault = fault(entry);
      if (fault == null) {
        fit.add(entry);
      } else {
        retries.atOnce(entry, new CorruptDataException(fault), options.maxAttempts());
      }
    }
    if (fit.isEmpty()) {
      return;
    }
    Throwable failure = calls.call(fit.stream().map(e -> delivery(e, e.deliveries())).toList());
    if (failure == null) {
      handled(fit);
    } else {
      fit.forEach(entry -> retries.later(entry, failure, (int) entry.deliveries()));
    }
  }

  /** Why no handler should see an entry, or null. */
  private @Nullable String fault(Entry entry) {
    if (entry.event() == null) {
      return "the entry is not an event";
    }
    return entry.deliveries() > options.maxAttempts()
        ? "its consumers died " + (entry.deliveries() - 1) + " times"
        : null;
  }

  private void retry(Retries.Held held) {
    int attempt = held.attempts() + 1;
    Throwable failure = calls.call(List.of(delivery(held.entry(), attempt)));
    if (failure == null) {
      handled(List.of(held.entry()));
    } else if (attempt < options.maxAttempts()) {
      retries.later(held.entry(), failure, attempt);
    } else {
      retries.atOnce(held.entry(), failure, attempt);
    }
  }

  private void park(Retries.Held held) {
    Entry entry = held.entry();
    String subject = entry.event() == null ? entry.id() : entry.event().id().toString();
    String cause = Causes.oneLine(held.cause());
    try {
      deadLetters.park(new DeadLetter(group, subject, entry.raw().get(), cause, held.attempts()));
    } catch (RuntimeException e) {
      retries.later(entry, held.cause(), held.attempts());
      LOG.warn("event {} of {} is not parked yet: {}", subject, group, Causes.oneLine(e));
      return;
    }
    LOG.warn("event {} of {} parked after {} attempts: {}", subject, group, held.attempts(), cause);
    calls.deadLettered();
    unacknowledged.add(entry.id());
    acknowledge();
  }

  private void handled(List<Entry> entries) {
    entries.forEach(entry -> unacknowledged.add(entry.id()));
    calls.handled(entries.size());
    acknowledge();
  }

  private void acknowledge() {
    if (!unacknowledged.isEmpty()) {
      subscription.ack(List.copyOf(unacknowledged));
      unacknowledged.clear();
    }
  }

  private static Delivery delivery(Entry entry, long attempt) {
    return new Delivery(
        entry.id(), Objects.requireNonNull(entry.event()), (int) Math.max(1, attempt));
  }
}

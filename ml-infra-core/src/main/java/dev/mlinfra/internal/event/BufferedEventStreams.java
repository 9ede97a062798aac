package dev.mlinfra.internal.event;

import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.error.ClosedException;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.event.EventHandler;
import dev.mlinfra.event.EventStreams;
import dev.mlinfra.internal.buffer.SpillTarget;
import dev.mlinfra.internal.buffer.WriteBehind;
import dev.mlinfra.internal.buffer.WriterThread;
import dev.mlinfra.internal.module.LibraryModule;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes apart from the host's threads and runs the consumers that the host starts. */
public final class BufferedEventStreams implements EventStreams, AutoCloseable {
  private final String source;
  private final ConsumerOptions consumerDefaults;
  private final EventBroker broker;
  private final Optional<DeadLetterStore> deadLetters;
  private final PauseSwitch pause;
  private final Telemetry telemetry;
  private final WriteBehind<Event> buffer;
  private final WriterThread publisher;
  private final Set<GroupConsumer> consumers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger consumerNumber = new AtomicInteger();
  private volatile boolean closed;

  /** Starts the publisher thread. */
  public BufferedEventStreams(
      String source,
      BufferOptions options,
      ConsumerOptions consumerDefaults,
      EventBroker broker,
      Optional<DeadLetterStore> deadLetters,
      PauseSwitch pause,
      Telemetry telemetry) {
    this.source = source;
    this.consumerDefaults = consumerDefaults;
    this.broker = broker;
    this.deadLetters = deadLetters;
    this.pause = pause;
    this.telemetry = telemetry;
    this.buffer =
        new WriteBehind<>(
            new EventRows(),
            options,
            Sampling.all(),
            new Appended(broker),
            new SpillTarget<>(),
            deadLetters,
            pause,
            telemetry);
    this.publisher =
        new WriterThread(
            "ml-infra-event-publisher", options.closeTimeout(), List.of(buffer), () -> {});
  }

  @Override
  public Acceptance publish(Event event) {
    return buffer.offer(event);
  }

  @Override
  public boolean flush(Duration timeout) {
    return publisher.flush(buffer, timeout);
  }

  @Override
  public Ledger ledger() {
    return buffer.ledger();
  }

  @Override
  public EventConsumer consume(String group, EventHandler handler) {
    return consume(group, consumerDefaults, handler);
  }

  @Override
  public EventConsumer consume(String group, ConsumerOptions options, EventHandler handler) {
    Objects.requireNonNull(handler, "handler");
    new Faults()
        .name("consumer.group", group, NameRule.LABEL)
        .addAll(options.faults("consumer"))
        .throwIfAny();
    if (closed) {
      throw new ClosedException(
          "events().consume was called after close but needs an open MlInfra; connect again");
    }
    DeadLetterStore store =
        deadLetters.orElseThrow(
            () -> LibraryModule.POSTGRES.missing("events().consume()", "a place for dead letters"));
    String name = source + "-" + consumerNumber.incrementAndGet();
    GroupConsumer consumer =
        new GroupConsumer(
            group,
            options,
            new HandlerCalls(group, handler, telemetry),
            broker.subscribe(group, name),
            store,
            pause,
            consumers::remove);
    consumers.add(consumer);
    consumer.start();
    if (closed) {
      // It may have come too late for close() to see it.
      consumer.close();
    }
    return consumer;
  }

  @Override
  public void close() {
    closed = true;
    consumers.forEach(GroupConsumer::stop);
    consumers.forEach(GroupConsumer::close);
    publisher.close();
  }

  /** Events are kept nowhere but in the stream. */
  private record Appended(EventBroker broker) implements RowSink<Event> {
    @Override
    public Written write(RowBatch<Event> batch, boolean firstAttempt) {
      return broker.append(batch.values(), firstAttempt);
    }

    @Override
    public Optional<RowStore<Event>> rows() {
      return Optional.empty();
    }
  }
}

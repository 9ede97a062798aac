package dev.mlinfra.benchmarks.peers.enqueue;

import dev.mlinfra.benchmarks.peers.Server;

/** Something that takes a prepared value over and deals with it in the background. */
interface Queue extends AutoCloseable {
  /** Hands one value over; what is measured. */
  Object offer();

  /** Waits until what was handed over is gone. */
  void drain();

  @Override
  void close();

  /** Opens one by its name. */
  static Queue named(String name) {
    return switch (name) {
      case "ours" -> LogQueue.at(Server.fromEnvironment(), 65_536);
      case "oursMetered" -> LogQueue.metered(Server.fromEnvironment());
      case "oursFull" -> LogQueue.full(Server.fromEnvironment());
      case "otel" -> OtelQueue.draining();
      case "otelFull" -> OtelQueue.full();
      case "log4j" -> new Log4jQueue(false);
      case "log4jFull" -> new Log4jQueue(true);
      case "jctools" -> BareQueue.jctools();
      case "blocking" -> BareQueue.blocking();
      case "disruptor" -> new DisruptorQueue();
      case "kafka" -> new KafkaQueue();
      case "counter" -> new CounterQueue();
      case "refusal" -> new RefusalQueue();
      default -> throw new IllegalArgumentException(name);
    };
  }
}

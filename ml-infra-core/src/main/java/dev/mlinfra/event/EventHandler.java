package dev.mlinfra.event;

import java.util.List;

/**
 * What a consumer does with events. Called by one thread at a time for each consumer.
 *
 * <p>Delivery is at least once: after a crash, a time-out or a failure the same event may come
 * again, so the handler must recognise {@link Event#id()} or be idempotent by nature.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface EventHandler {
  /**
   * Handles a batch. Returning acknowledges all of it; throwing acknowledges nothing, and its
   * events come again one by one after a back-off.
   *
   * @param batch at least one delivery, in stream order
   * @throws Exception for any failure
   * @since 0.1
   */
  void handle(List<Delivery> batch) throws Exception;
}

package dev.mlinfra.benchmarks.peers.enqueue;

import com.lmax.disruptor.EventTranslatorOneArg;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.SleepingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A bare Disruptor whose consumer looks every 2 ms and drops what it gets. */
final class DisruptorQueue implements Queue {
  private static final int ROWS = 65_536;
  private static final Object VALUE = new Object();
  private static final EventTranslatorOneArg<Slot, Object> PUT =
      (slot, sequence, value) -> slot.value = value;

  private final Disruptor<Slot> disruptor =
      new Disruptor<>(
          Slot::new,
          ROWS,
          DaemonThreadFactory.INSTANCE,
          ProducerType.MULTI,
          new SleepingWaitStrategy(0, 2_000_000));
  private final RingBuffer<Slot> ring;

  DisruptorQueue() {
    disruptor.handleEventsWith((slot, sequence, last) -> slot.value = null);
    this.ring = disruptor.start();
  }

  @Override
  public Object offer() {
    return ring.tryPublishEvent(PUT, VALUE);
  }

  @Override
  public void drain() {
    while (ring.remainingCapacity() < ROWS) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Override
  public void close() {
    disruptor.halt();
  }

  private static final class Slot {
    private @Nullable Object value;
  }
}

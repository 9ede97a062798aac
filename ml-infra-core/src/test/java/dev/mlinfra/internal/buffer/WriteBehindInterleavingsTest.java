package dev.mlinfra.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.Optional;
import java.util.UUID;
import java.util.function.DoubleSupplier;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * As {@link HostQueueInterleavingsTest}, for the end of a buffer, when there is no writer any more.
 */
@Tag("interleavings")
class WriteBehindInterleavingsTest {
  private static final int ORDERS = 100;

  @Test
  void keepsOrCountsWhatComesWhileItEnds() {
    Lincheck.runConcurrentTest(
        ORDERS, () -> new Scene().end(new RingThread(0, 8), new RingThread(1, 8)));
  }

  private static final class Scene extends SpillTarget<RingThread.Row> implements Telemetry {
    private final WriteBehind<RingThread.Row> buffer;
    private DoubleSupplier dropped = () -> 0;

    Scene() {
      buffer =
          new WriteBehind<>(
              new Rows(),
              BufferOptions.builder().maxQueuedRows(2).maxQueuedBytes(1_024).build(),
              Sampling.all(),
              new Unused(),
              this,
              Optional.empty(),
              new PauseSwitch(false, Optional.empty(), Telemetry.none()),
              this);
    }

    void end(RingThread... threads) {
      Thread writer = new Thread(buffer::finish);
      writer.start();
      for (RingThread thread : threads) {
        thread.offerTo(row -> buffer.offer(row).accepted());
      }
      RingThread.await(writer);
      for (RingThread thread : threads) {
        RingThread.await(thread);
      }
      assertTrue(buffer.drained(), "rows are left");
      assertEquals(threads.length, tally().kept.sum() + dropped.getAsDouble());
    }

    @Override
    public boolean keep(RowBatch<RingThread.Row> batch, boolean neverSent) {
      for (RingThread.Row row : batch.values()) {
        assertTrue(row.take(), "taken twice or out of order");
        tally().kept.increment();
      }
      return true;
    }

    @Override
    public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
      if (meter.equals(Instrument.BUFFER_DROPPED)) {
        DoubleSupplier others = dropped;
        dropped = () -> others.getAsDouble() + value.getAsDouble();
      }
    }

    @Override
    public void count(Instrument meter, long amount, String... tagValues) {}

    @Override
    public void time(Instrument meter, long nanos, String... tagValues) {}
  }

  private static final class Rows extends RowKind<RingThread.Row> {
    Rows() {
      super("rows", null);
    }

    @Override
    protected UUID fateId(RingThread.Row row) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected int sizeBytes(RingThread.Row row) {
      return row.sizeBytes();
    }

    @Override
    protected Optional<String> fault(RingThread.Row row) {
      return Optional.empty();
    }

    @Override
    protected DeadLetter letter(RingThread.Row row, String cause) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class Unused implements RowSink<RingThread.Row> {
    @Override
    public Written write(RowBatch<RingThread.Row> batch, boolean firstAttempt) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<RowStore<RingThread.Row>> rows() {
      return Optional.empty();
    }
  }
}

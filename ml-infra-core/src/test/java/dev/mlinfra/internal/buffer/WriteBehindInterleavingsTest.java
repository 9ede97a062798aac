package dev.mlinfra.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.Written;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.List;
import java.util.Optional;
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

  private static final class Scene implements Telemetry, SpillTarget<RingThread.Row> {
    private final SpoolTally tally = new SpoolTally();
    private final WriteBehind<RingThread.Row> buffer;
    private DoubleSupplier dropped = () -> 0;

    Scene() {
      buffer =
          new WriteBehind<>(
              "rows",
              BufferOptions.builder().maxQueuedRows(2).maxQueuedBytes(1_024).build(),
              Sampling.all(),
              (batch, firstAttempt) -> new Written(0, 0),
              this,
              new DeadLetters<>(Optional.empty(), (row, cause) -> null),
              new PauseSwitch(false, Optional.empty(), Telemetry.none()),
              null,
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
      assertEquals(threads.length, tally.kept.sum() + dropped.getAsDouble());
    }

    @Override
    public boolean keep(List<Sequenced<RingThread.Row>> batch, boolean neverSent) {
      for (Sequenced<RingThread.Row> row : batch) {
        assertTrue(row.value().take(), "taken twice or out of order");
        tally.kept.increment();
      }
      return true;
    }

    @Override
    public boolean wants(boolean storeFails, boolean aboveMark) {
      return false;
    }

    @Override
    public SpoolTally tally() {
      return tally;
    }

    @Override
    public long newest() {
      return 0;
    }

    @Override
    public boolean passed(long mark) {
      return true;
    }

    @Override
    public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
      if (meter == Instrument.BUFFER_DROPPED) {
        DoubleSupplier others = dropped;
        dropped = () -> others.getAsDouble() + value.getAsDouble();
      }
    }

    @Override
    public void count(Instrument meter, long amount, String... tagValues) {}

    @Override
    public void time(Instrument meter, long nanos, String... tagValues) {}
  }
}

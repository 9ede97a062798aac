package dev.mlinfra.internal.spool;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.internal.buffer.RowKind;
import dev.mlinfra.internal.buffer.SpillTarget;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowStore;
import java.io.IOException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One kind of rows in the spool: how a buffer puts them there, and what becomes of them. */
public final class SpoolLane<T> extends SpillTarget<T> {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolLane.class);
  private static final int ROWS_AT_ONCE = 512;

  private final Spool spool;
  private final RowKind<T> kind;
  private final RowStore<T> store;

  SpoolLane(Spool spool, RowKind<T> kind, RowStore<T> store) {
    this.spool = spool;
    this.kind = kind;
    this.store = store;
  }

  @Override
  public boolean wants(boolean storeFails, boolean aboveMark) {
    return spool.takes(storeFails, aboveMark);
  }

  @Override
  public boolean keep(RowBatch<T> batch, boolean neverSent) {
    try {
      Runnable kept = () -> tally().kept.add(batch.size());
      if (!spool.append(
          kind.name(), store.version(), batch.size(), encoded(batch), neverSent, kept)) {
        return false;
      }
    } catch (CorruptDataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      spool.refused(e);
      return false;
    }
    tell(batch);
    return true;
  }

  /** Part by part, so that the disk can write some while others are encoded. */
  private Iterable<EncodedRows> encoded(RowBatch<T> batch) {
    return () ->
        IntStream.iterate(0, from -> from < batch.size(), from -> from + ROWS_AT_ONCE)
            .mapToObj(from -> batch.subList(from, Math.min(batch.size(), from + ROWS_AT_ONCE)))
            .map(store::encode)
            .iterator();
  }

  @SuppressWarnings("CatchingUnchecked") // the batch is kept; nothing may undo that
  private void tell(RowBatch<T> batch) {
    try {
      kind.leaving(batch);
    } catch (Throwable e) {
      LOG.warn("{} rows were kept and not told on: {}", kind.name(), e.toString());
    }
  }

  @Override
  public long newest() {
    return spool.newest();
  }

  @Override
  public boolean passed(long mark) {
    return spool.passed(mark);
  }

  RowStore<T> store() {
    return store;
  }
}

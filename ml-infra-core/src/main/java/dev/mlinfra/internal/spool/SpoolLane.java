package dev.mlinfra.internal.spool;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.internal.buffer.Sequenced;
import dev.mlinfra.internal.buffer.SpillTarget;
import dev.mlinfra.internal.buffer.SpoolTally;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowStore;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One kind of rows in the spool: how a buffer puts them there, and what becomes of them. */
public final class SpoolLane<T, R> implements SpillTarget<T> {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolLane.class);
  private static final int ROWS_AT_ONCE = 512;

  private final Spool spool;
  private final String kind;
  private final RowStore<R> store;
  private final Function<List<Sequenced<T>>, List<R>> rows;
  private final Consumer<List<Sequenced<T>>> afterwards;
  private final SpoolTally tally = new SpoolTally();

  SpoolLane(
      Spool spool,
      String kind,
      RowStore<R> store,
      Function<List<Sequenced<T>>, List<R>> rows,
      Consumer<List<Sequenced<T>>> afterwards) {
    this.spool = spool;
    this.kind = kind;
    this.store = store;
    this.rows = rows;
    this.afterwards = afterwards;
  }

  @Override
  public boolean wants(boolean storeFails, boolean aboveMark) {
    return spool.takes(storeFails, aboveMark);
  }

  @Override
  public boolean keep(List<Sequenced<T>> batch, boolean neverSent) {
    try {
      Runnable kept = () -> tally.kept.add(batch.size());
      if (!spool.append(kind, store.version(), batch.size(), encoded(batch), neverSent, kept)) {
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
  private Iterable<EncodedRows> encoded(List<Sequenced<T>> batch) {
    return () ->
        IntStream.iterate(0, from -> from < batch.size(), from -> from + ROWS_AT_ONCE)
            .mapToObj(from -> batch.subList(from, Math.min(batch.size(), from + ROWS_AT_ONCE)))
            .map(part -> store.encode(rows.apply(part)))
            .iterator();
  }

  @SuppressWarnings("CatchingUnchecked") // the batch is kept; nothing may undo that
  private void tell(List<Sequenced<T>> batch) {
    try {
      afterwards.accept(batch);
    } catch (Throwable e) {
      LOG.warn("{} rows were kept and not told on: {}", kind, e.toString());
    }
  }

  @Override
  public SpoolTally tally() {
    return tally;
  }

  @Override
  public long newest() {
    return spool.newest();
  }

  @Override
  public boolean passed(long mark) {
    return spool.passed(mark);
  }

  RowStore<R> store() {
    return store;
  }
}

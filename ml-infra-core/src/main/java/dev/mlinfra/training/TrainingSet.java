package dev.mlinfra.training;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * Decisions with their rewards and features, ready to be read. Its bound of ingestion is fixed:
 * each pass reads one snapshot and gives the same rows and bytes, also in another process that asks
 * with {@link #query()}, as long as nobody deletes rows or back-fills features. Thread-safe; holds
 * nothing that has to be closed.
 *
 * @since 0.1
 */
public interface TrainingSet {
  /**
   * Returns the query with its bound of ingestion.
   *
   * @return a query that gives the same bytes later
   * @since 0.1
   */
  TrainingQuery query();

  /**
   * Returns the names of the columns, in order.
   *
   * @return the columns; those of features are {@code view.status} and {@code view.feature}
   * @since 0.1
   */
  List<String> columns();

  /**
   * Hands the rows over, ordered by time of decision and id, while they are read, in constant
   * memory. Blocks; the reader runs on the caller's thread and may stop the pass by throwing.
   *
   * @param reader called once for each row
   * @return how many rows
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @throws dev.mlinfra.error.TimedOutException when the store is too slow
   * @since 0.1
   */
  long forEach(Consumer<TrainingRow> reader);

  /**
   * Writes the rows, ordered by time of decision and id, while they are read, in constant memory.
   * Blocks. When it throws, a part may have been written.
   *
   * @param format how
   * @param out where to; it is flushed and not closed
   * @return how many rows
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read or {@code out}
   *     cannot be written
   * @throws dev.mlinfra.error.TimedOutException when the store is too slow
   * @since 0.1
   */
  long write(TrainingFormat format, OutputStream out);

  /**
   * Writes the rows into an artifact, through a temporary file that only this user can read. Blocks
   * and uses constant memory; the artifact is there whole or not at all.
   *
   * @param format how
   * @param artifacts where to
   * @return where the bytes are, with their digest
   * @throws dev.mlinfra.error.UnavailableException when one of the stores or the temporary
   *     directory fails
   * @throws dev.mlinfra.error.QuotaExceededException when the quota would be exceeded
   * @since 0.1
   */
  Artifact store(TrainingFormat format, ArtifactStore artifacts);
}

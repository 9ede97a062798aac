package dev.mlinfra.spi;

import java.util.Optional;

/**
 * Stores rows of one kind. May be called by several threads; blocks within its own time-outs.
 *
 * <p>A batch is stored whole or not at all. {@link dev.mlinfra.error.CorruptDataException} means
 * that some row can never be stored, so that the caller halves the batch; a retryable exception
 * means that the outcome is unknown or that nothing was stored, so that the caller tries again with
 * {@code firstAttempt} false.
 *
 * @param <T> what was logged
 * @since 0.1
 */
public interface RowSink<T> {
  /**
   * Stores rows.
   *
   * @param batch at least one
   * @param firstAttempt true when no part of the batch was ever sent
   * @return how many were new
   * @throws dev.mlinfra.error.MlInfraException as the class says
   * @since 0.1
   */
  Written write(RowBatch<T> batch, boolean firstAttempt);

  /**
   * Returns how rows are kept outside of the store, for a spool.
   *
   * @return empty when they cannot be
   * @since 0.1
   */
  Optional<RowStore<T>> rows();
}

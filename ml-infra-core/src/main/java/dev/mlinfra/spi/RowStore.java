package dev.mlinfra.spi;

/**
 * Encodes rows in the form in which the store takes them, and stores rows in that form, also those
 * of another process. May be called by several threads; {@link #store} blocks within its own
 * time-outs.
 *
 * @param <T> what was logged
 * @since 0.1
 */
public interface RowStore<T> {
  /**
   * Returns the version of the form. Rows of a version that {@link #reads} denies are not offered
   * to {@link #store}.
   *
   * @return changes whenever an older release could not read what this one encodes
   * @since 0.1
   */
  int version();

  /**
   * Says whether {@link #store} takes rows of a version.
   *
   * @param version as that of the form in which they were encoded
   * @return true for the present one, and for older ones that can still be read
   * @since 0.1
   */
  boolean reads(int version);

  /**
   * Encodes rows. Does no I/O.
   *
   * @param batch at least one
   * @return as many rows, in the same order
   * @throws dev.mlinfra.error.CorruptDataException when one of them cannot be encoded
   * @since 0.1
   */
  EncodedRows encode(RowBatch<T> batch);

  /**
   * Stores rows, each once however often it comes.
   *
   * @param rows at least one
   * @param firstAttempt true when no part of them was ever sent
   * @return how many were new
   * @throws dev.mlinfra.error.MlInfraException as {@link RowSink} says
   * @since 0.1
   */
  Written store(EncodedRows rows, boolean firstAttempt);

  /**
   * Describes a row that can never be stored.
   *
   * @param row exactly one
   * @param cause one line why
   * @return what is kept of it
   * @since 0.1
   */
  DeadLetter letter(EncodedRows row, String cause);
}

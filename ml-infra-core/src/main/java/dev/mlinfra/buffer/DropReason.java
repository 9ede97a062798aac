package dev.mlinfra.buffer;

import java.util.Locale;

/**
 * Why a row was dropped.
 *
 * @since 0.1
 */
public enum DropReason {
  /** The buffer was full. */
  FULL,
  /** The library was paused. */
  PAUSED,
  /** The library was closed before the offer. */
  CLOSED,
  /** The close time-out was up before the row was written. */
  CLOSE_TIMEOUT,
  /** The library was paused while it closed, so that nothing was written. */
  PAUSED_AT_CLOSE,
  /** The store refused the row, and there was no place for dead letters. */
  UNSTORABLE,
  /** The row waited on disk and cannot be read any more. */
  SPOOL_DAMAGED;

  /**
   * Returns the reason as meters tag it.
   *
   * @return lower case, as {@code close_timeout}
   * @since 0.1
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** In words, as a ledger shows it. */
  @Override
  public String toString() {
    return tag().replace('_', ' ');
  }
}

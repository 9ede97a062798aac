package dev.mlinfra.privacy;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * What {@link Privacy#forget} removed. The store keeps the same, without the subject itself.
 * Immutable.
 *
 * @param id of this receipt
 * @param subjectDigest a digest of the subject that only this store can make
 * @param forgottenAt when it was done, by the clock of the store
 * @param decisions rows that were deleted
 * @param heldBack decisions that came from memory or a spool meanwhile and were not stored
 * @param feedback rows that were deleted
 * @param deadLetters rows that were deleted
 * @param recent copies that were removed from the cache of recent decisions
 * @param waiting rows, of whomever, that this process still held in memory or in its spool at the
 *     end of the call; those of the subject will not be stored
 * @since 0.1
 */
public record ErasureReceipt(
    UUID id,
    String subjectDigest,
    Instant forgottenAt,
    long decisions,
    long heldBack,
    long feedback,
    long deadLetters,
    long recent,
    long waiting) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public ErasureReceipt {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(subjectDigest, "subjectDigest");
    Objects.requireNonNull(forgottenAt, "forgottenAt");
  }
}

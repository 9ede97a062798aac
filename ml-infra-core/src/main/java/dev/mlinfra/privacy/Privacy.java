package dev.mlinfra.privacy;

/**
 * Removes what is stored about a person. Thread-safe; closed with {@code MlInfra}.
 *
 * @since 0.1
 */
public interface Privacy {
  /**
   * Removes what is stored about a subject: its decisions with their feedback, dead letters and
   * cached copies. From the beginning of the call on, nothing of the subject that was decided until
   * then is stored any more, whichever process still holds it in memory or in its spool. Blocks,
   * for some seconds longer while this process still holds rows. A call that was cut off is
   * finished by the next one; a repeated call removes nothing.
   *
   * @param subject as given to {@link dev.mlinfra.decision.DecisionBuilder#subject}
   * @return what was removed where; the store keeps it too
   * @throws dev.mlinfra.error.InvalidInputException when the subject breaks a rule
   * @throws dev.mlinfra.error.ConfigException when a right is missing
   * @throws dev.mlinfra.error.UnavailableException when the store or the cache cannot be reached;
   *     one that is away at the beginning lets nothing be deleted
   * @since 0.1
   */
  ErasureReceipt forget(String subject);
}

package dev.mlinfra;

/**
 * How {@link MlInfra#connect} treats servers that do not answer.
 *
 * @since 0.1
 */
public enum Start {
  /** {@code connect} and the {@code ensure} calls block and throw when a server does not answer. */
  FAIL_FAST,
  /**
   * {@code connect} and the {@code ensure} calls return at once; what they ask for is done in the
   * background as soon as the servers answer, and the clients work meanwhile.
   */
  BACKGROUND
}

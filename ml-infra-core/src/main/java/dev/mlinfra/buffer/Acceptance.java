package dev.mlinfra.buffer;

import java.util.Objects;

/**
 * The answer to a {@code log}, {@code feedback} or {@code publish}: what became of the offer.
 * Immutable.
 *
 * @param status what became of it
 * @param reason one line for {@link Status#REJECTED}, otherwise empty
 * @since 0.1
 */
public record Acceptance(Status status, String reason) {
  /** Taken over: it is stored as long as the process lives. */
  public static final Acceptance ACCEPTED = new Acceptance(Status.ACCEPTED, "");

  /** Left out by sampling, decided by hash of the decision id. */
  public static final Acceptance SAMPLED_OUT = new Acceptance(Status.SAMPLED_OUT, "");

  /** The buffer was at its bound in rows or bytes. */
  public static final Acceptance DROPPED_FULL = new Acceptance(Status.DROPPED_FULL, "");

  /** The library is paused by the host or by an operator. */
  public static final Acceptance PAUSED = new Acceptance(Status.PAUSED, "");

  /** The client was closed before. */
  public static final Acceptance CLOSED = new Acceptance(Status.CLOSED, "");

  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public Acceptance {
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(reason, "reason");
  }

  /**
   * Makes the answer to an offer that breaks a rule.
   *
   * @param reason one line: subject, actual value, rule, next step
   * @return a {@link Status#REJECTED} answer
   * @since 0.1
   */
  public static Acceptance rejected(String reason) {
    return new Acceptance(Status.REJECTED, reason);
  }

  /**
   * Says whether the offer was taken over.
   *
   * @return true for {@link Status#ACCEPTED} only
   * @since 0.1
   */
  public boolean accepted() {
    return status == Status.ACCEPTED;
  }

  /**
   * What can become of an offer.
   *
   * @since 0.1
   */
  public enum Status {
    /** Taken over. */
    ACCEPTED,
    /** Left out by sampling. */
    SAMPLED_OUT,
    /** Dropped and counted, since the buffer was full. */
    DROPPED_FULL,
    /** Dropped and counted, since the library is paused. */
    PAUSED,
    /** Refused, since the value breaks a rule. */
    REJECTED,
    /** Refused, since the client is closed. */
    CLOSED
  }
}

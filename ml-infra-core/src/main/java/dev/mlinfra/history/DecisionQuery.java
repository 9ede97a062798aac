package dev.mlinfra.history;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.spi.check.Faults;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which stored decisions to read. Immutable; derive with the fluent methods.
 *
 * @since 0.1
 */
public final class DecisionQuery {
  private final Instant from;
  private final Instant to;
  private final @Nullable String agent;
  private final @Nullable String model;
  private final @Nullable String feedbackKind;

  private DecisionQuery(
      Instant from,
      Instant to,
      @Nullable String agent,
      @Nullable String model,
      @Nullable String feedbackKind) {
    this.from = from;
    this.to = to;
    this.agent = agent;
    this.model = model;
    this.feedbackKind = feedbackKind;
  }

  /**
   * Asks for the decisions of a time span.
   *
   * @param from first event time, inclusive
   * @param to end, exclusive
   * @return the query
   * @throws InvalidInputException when {@code to} is before {@code from}
   * @since 0.1
   */
  public static DecisionQuery between(Instant from, Instant to) {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    if (to.isBefore(from)) {
      throw new InvalidInputException(
          Faults.line("query.to", to, "must not be before query.from " + from, "swap them"));
    }
    return new DecisionQuery(from, to, null, null, null);
  }

  /**
   * Narrows to one agent.
   *
   * @param name the agent
   * @return a changed copy
   * @since 0.1
   */
  public DecisionQuery agent(String name) {
    return new DecisionQuery(from, to, Objects.requireNonNull(name, "name"), model, feedbackKind);
  }

  /**
   * Narrows to one model.
   *
   * @param name the model
   * @return a changed copy
   * @since 0.1
   */
  public DecisionQuery model(String name) {
    return new DecisionQuery(from, to, agent, Objects.requireNonNull(name, "name"), feedbackKind);
  }

  /**
   * Counts feedback of one kind only.
   *
   * @param kind the kind
   * @return a changed copy
   * @since 0.1
   */
  public DecisionQuery feedbackKind(String kind) {
    return new DecisionQuery(from, to, agent, model, Objects.requireNonNull(kind, "kind"));
  }

  /**
   * Returns the first event time.
   *
   * @return inclusive
   * @since 0.1
   */
  public Instant from() {
    return from;
  }

  /**
   * Returns the end of the span.
   *
   * @return exclusive
   * @since 0.1
   */
  public Instant to() {
    return to;
  }

  /**
   * Returns the agent asked for.
   *
   * @return empty for all
   * @since 0.1
   */
  public Optional<String> agent() {
    return Optional.ofNullable(agent);
  }

  /**
   * Returns the model asked for.
   *
   * @return empty for all
   * @since 0.1
   */
  public Optional<String> model() {
    return Optional.ofNullable(model);
  }

  /**
   * Returns the kind of feedback that counts.
   *
   * @return empty for all
   * @since 0.1
   */
  public Optional<String> feedbackKind() {
    return Optional.ofNullable(feedbackKind);
  }
}

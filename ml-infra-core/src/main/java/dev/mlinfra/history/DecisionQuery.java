package dev.mlinfra.history;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Which stored decisions to read. Immutable; derive with the fluent methods.
 *
 * @since 0.1
 */
public final class DecisionQuery {
  private static final Option<String> AGENT = Option.text("agent");
  private static final Option<String> MODEL = Option.text("model");
  private static final Option<String> FEEDBACK_KIND = Option.text("feedback_kind");
  private static final Option<Long> LIMIT =
      Option.number("limit", Long.MAX_VALUE, 1, Long.MAX_VALUE);

  private final Instant from;
  private final Instant to;
  private final Options narrowed;

  private DecisionQuery(Instant from, Instant to, Options narrowed) {
    this.from = from;
    this.to = to;
    this.narrowed = narrowed;
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
    return new DecisionQuery(from, to, Options.none());
  }

  /**
   * Narrows to one agent.
   *
   * @param name the agent
   * @return a changed copy
   * @since 0.1
   */
  public DecisionQuery agent(String name) {
    return with(AGENT, name);
  }

  /**
   * Narrows to one model.
   *
   * @param name the model
   * @return a changed copy
   * @since 0.1
   */
  public DecisionQuery model(String name) {
    return with(MODEL, name);
  }

  /**
   * Counts feedback of one kind only.
   *
   * @param kind the kind
   * @return a changed copy
   * @since 0.1
   */
  public DecisionQuery feedbackKind(String kind) {
    return with(FEEDBACK_KIND, kind);
  }

  /**
   * Reads the oldest decisions only. For reading outcomes; a training set has no limit.
   *
   * @param most at least 1
   * @return a changed copy
   * @throws InvalidInputException when it is less
   * @since 0.1
   */
  public DecisionQuery limit(long most) {
    new Faults().range("query.limit", most, 1, Long.MAX_VALUE).refuseIfAny();
    return with(LIMIT, most);
  }

  private <T> DecisionQuery with(Option<T> option, T value) {
    return new DecisionQuery(from, to, narrowed.with(option, value));
  }

  /**
   * Returns how many decisions are read at most.
   *
   * @return {@link Long#MAX_VALUE} for all
   * @since 0.1
   */
  public long limit() {
    return narrowed.get(LIMIT);
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
    return narrowed.find(AGENT);
  }

  /**
   * Returns the model asked for.
   *
   * @return empty for all
   * @since 0.1
   */
  public Optional<String> model() {
    return narrowed.find(MODEL);
  }

  /**
   * Returns the kind of feedback that counts.
   *
   * @return empty for all
   * @since 0.1
   */
  public Optional<String> feedbackKind() {
    return narrowed.find(FEEDBACK_KIND);
  }
}

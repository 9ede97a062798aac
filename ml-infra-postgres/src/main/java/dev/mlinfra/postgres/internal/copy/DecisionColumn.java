package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** A column of {@code agent_decisions}. Immutable. */
final class DecisionColumn extends Column<Decision> {
  /** Gives a decision the value that a row of a query has at an index. */
  @FunctionalInterface
  interface Reader {
    void read(DecisionBuilder decision, ResultSet rows, int at) throws SQLException;
  }

  private final Optional<Reader> reader;

  /** Makes one that decisions get back. */
  DecisionColumn(String name, Encoder<Decision> encoder, Reader reader) {
    super(name, encoder);
    this.reader = Optional.of(reader);
  }

  /** Makes one that says more of a row than the decision. */
  DecisionColumn(String name, Encoder<Decision> encoder) {
    super(name, encoder);
    this.reader = Optional.empty();
  }

  /** Makes one that rows have since a version of their form. */
  DecisionColumn(String name, int since, Before before, Encoder<Decision> encoder, Reader reader) {
    super(name, since, before, encoder);
    this.reader = Optional.of(reader);
  }

  Optional<Reader> reader() {
    return reader;
  }
}

package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** A decision as queries of {@code agent_decisions d} read it, from the first column on. */
public final class DecisionRow {
  private static final List<DecisionColumn> READ =
      DecisionColumns.of("").stream().filter(column -> column.reader().isPresent()).toList();

  /** What to select. */
  public static final String COLUMNS =
      READ.stream().map(column -> "d." + column.name()).collect(Collectors.joining(", "));

  /** How many columns that are. */
  public static final int COLUMN_COUNT = READ.size();

  private DecisionRow() {}

  /** The decision of the row at which a query stands. */
  public static Decision decision(ResultSet rows) throws SQLException {
    DecisionBuilder builder = Decision.by(rows.getString(DecisionColumns.AGENT));
    for (int i = 0; i < READ.size(); i++) {
      READ.get(i).reader().orElseThrow().read(builder, rows, i + 1);
    }
    return builder.build();
  }
}

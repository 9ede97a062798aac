package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.postgres.internal.copy.Column.Before;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.PgSettings;
import dev.mlinfra.spi.DecisionSink;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The sink of a later release, whose decisions have the weather too. */
public final class AddedColumn implements AutoCloseable {
  private final Database database;
  private final DecisionSink sink;

  /** Puts the column behind so many others. */
  public AddedColumn(String url, String user, int position) {
    this.database = new Database(PgSettings.at(url).with(PgSettings.USER, user), "a later release");
    List<DecisionColumn> columns = new ArrayList<>(DecisionColumns.of("later"));
    columns.add(
        position,
        new DecisionColumn(
            "weather",
            4,
            Before.ABSENT,
            (to, it, rows, row) -> to.text("sunny"),
            (it, found, at) -> it.context("weather", found.getString(at))));
    this.sink = new CopyDecisionSink(database, "later", columns, new Ignored(), numbered -> {});
  }

  public DecisionSink sink() {
    return sink;
  }

  @Override
  public void close() {
    database.close();
  }

  private static final class Ignored implements Touched {
    @Override
    public void decided(LongStream epochSeconds) {}

    @Override
    public void answered(Stream<UUID> decisions) {}
  }
}

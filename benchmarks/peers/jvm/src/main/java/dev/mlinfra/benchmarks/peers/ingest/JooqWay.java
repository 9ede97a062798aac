package dev.mlinfra.benchmarks.peers.ingest;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jooq.BatchBindStep;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** jOOQ's batch of one INSERT with many sets of values. */
final class JooqWay implements Way {
  private static final List<DataType<?>> TYPES =
      List.of(
          SQLDataType.UUID,
          SQLDataType.TIMESTAMPWITHTIMEZONE,
          SQLDataType.CLOB,
          SQLDataType.CLOB,
          SQLDataType.CLOB,
          SQLDataType.CLOB,
          SQLDataType.CLOB,
          SQLDataType.DOUBLE,
          SQLDataType.DOUBLE,
          SQLDataType.DOUBLE,
          SQLDataType.CLOB,
          SQLDataType.REAL.array(),
          SQLDataType.CLOB,
          SQLDataType.JSONB,
          SQLDataType.BIGINT,
          SQLDataType.CLOB,
          SQLDataType.BIGINT);

  private final Connection connection;
  private final DSLContext sql;
  private final List<Field<?>> fields;
  private long sequence;

  JooqWay(Server server) throws SQLException {
    this.connection = server.connect();
    this.sql = DSL.using(connection, SQLDialect.POSTGRES, new Settings().withExecuteLogging(false));
    String[] columns = Sql.COLUMNS.split(", ");
    Field<?>[] typed = new Field<?>[columns.length];
    Arrays.setAll(typed, i -> field(name(columns[i].strip()), TYPES.get(i)));
    this.fields = List.of(typed);
  }

  @Override
  public void store(List<Decision> decisions) throws SQLException {
    for (List<Decision> chunk : Sql.chunks(decisions, Sql.COMMIT_ROWS)) {
      for (List<Decision> rows : Sql.chunks(chunk, Sql.STATEMENT_ROWS)) {
        insert(rows);
      }
      connection.commit();
    }
  }

  private void insert(List<Decision> rows) {
    BatchBindStep batch =
        sql.batch(
            sql.insertInto(table(name("ml_learning", "agent_decisions")))
                .columns(fields)
                .values(new Object[fields.size()]));
    for (Decision row : rows) {
      batch = batch.bind(values(row));
    }
    batch.execute();
  }

  private Object[] values(Decision row) {
    return new Object[] {
      row.id(),
      Sql.time(row),
      row.agent(),
      row.mode().name(),
      row.model(),
      row.modelVersion(),
      row.action(),
      row.propensity(),
      1.0,
      row.score().orElse(0),
      row.baselineAction().orElse(""),
      boxed(row.features()),
      row.featureSet().orElse(""),
      JSONB.valueOf(Sql.json(row)),
      Sql.micros(row),
      Sql.SOURCE,
      ++sequence
    };
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    Arrays.setAll(boxed, i -> values[i]);
    return boxed;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}

package dev.mlinfra.benchmarks.peers.ingest;

import de.bytefish.pgbulkinsert.PgBulkInsert;
import de.bytefish.pgbulkinsert.mapping.AbstractMapping;
import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/** PgBulkInsert, which copies in binary as ours does; a commit as often as the others. */
final class BulkInsertWay implements Way {
  private final Connection connection;
  private final PgBulkInsert<Decision> bulk = new PgBulkInsert<>(new Mapping());

  BulkInsertWay(Server server) throws SQLException {
    this.connection = server.connect();
  }

  @Override
  public void store(List<Decision> decisions) throws SQLException {
    for (List<Decision> chunk : Sql.chunks(decisions, Sql.COMMIT_ROWS)) {
      bulk.saveAll(connection.unwrap(PGConnection.class), chunk);
      connection.commit();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private static final class Mapping extends AbstractMapping<Decision> {
    private long sequence;

    Mapping() {
      super("ml_learning", "agent_decisions");
      mapUUID("decision_id", Decision::id);
      mapTimeStampTz("decided_at", row -> row.decidedAt().atZone(ZoneOffset.UTC));
      mapText("agent", Decision::agent);
      mapText("mode", row -> row.mode().name());
      mapText("model", Decision::model);
      mapText("model_version", Decision::modelVersion);
      mapText("action", Decision::action);
      mapDoublePrimitive("propensity", Decision::propensity);
      mapDoublePrimitive("pass_probability", row -> 1.0);
      mapDoublePrimitive("score", row -> row.score().orElse(0));
      mapText("baseline_action", row -> row.baselineAction().orElse(null));
      mapFloatArray("features", Mapping::features);
      mapText("feature_set", row -> row.featureSet().orElse(null));
      mapJsonb("context", Sql::json);
      mapLongPrimitive("latency_us", Sql::micros);
      mapText("source", row -> Sql.SOURCE);
      mapLongPrimitive("source_sequence", row -> ++sequence);
    }

    private static List<Float> features(Decision row) {
      List<Float> features = new ArrayList<>(row.featureCount());
      for (int i = 0; i < row.featureCount(); i++) {
        features.add(row.feature(i));
      }
      return features;
    }
  }
}

package dev.mlinfra.postgres.internal;

import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.postgres.internal.copy.CopyDecisionSink;
import dev.mlinfra.postgres.internal.schema.PgSchemaAdmin;
import dev.mlinfra.postgres.internal.schema.SchemaPlan;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.PgSettings;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.ErasureStore;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.spi.Wiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes all parts of the module and hands them over. Public to cross to the front class only. */
public final class PostgresParts {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresParts.class);

  private PostgresParts() {}

  /**
   * Opens the pools and provides every part; does no I/O.
   *
   * @param settings checked before
   * @param wiring where the parts go
   */
  public static void open(PgSettings settings, Wiring wiring) {
    if (settings.host().isEmpty() && !settings.address().verifiedTls()) {
      LOG.warn(
          "postgres {} is reached without verified TLS; set sslmode=verify-full outside of a private"
              + " network",
          settings.shown());
    }
    String schema = settings.get(PgSettings.SCHEMA);
    int dimensions = settings.get(PgSettings.EMBEDDING_DIMENSIONS);
    SchemaPlan plan = new SchemaPlan(schema, dimensions);
    Database database = new Database(settings, "ml-infra/" + wiring.service());
    wiring.onClose(database);
    DecisionRollup rollup = new DecisionRollup(database);
    wiring.onClose(rollup);
    PgHealthProbe probe = new PgHealthProbe(database, schema, rollup);
    wiring.onClose(probe);
    wiring.probe(probe);
    wiring.provide(
        SchemaAdmin.class,
        new PgSchemaAdmin(database, plan, settings.get(PgSettings.MIGRATION_TIMEOUT)));
    wiring.provide(DecisionSink.class, sink(database, wiring.source(), rollup));
    wiring.provide(DecisionReader.class, new PgDecisionReader(database));
    wiring.provide(ErasureStore.class, new PgErasure(database, schema));
    wiring.provide(TrainingReader.class, new PgTrainingReader(database));
    wiring.provide(OfflineStore.class, new PgOfflineStore(database));
    wiring.provide(PatternStore.class, new PgPatternStore(database, dimensions));
    wiring.provide(ModelStore.class, new PgModelStore(database, wiring.clock(), plan.lockKey()));
    wiring.provide(DeadLetterStore.class, new PgDeadLetterStore(database));
  }

  private static CopyDecisionSink sink(Database database, String source, DecisionRollup rollup) {
    return new CopyDecisionSink(
        database, source, rollup, numbered -> rollup.numbering(source, numbered));
  }
}

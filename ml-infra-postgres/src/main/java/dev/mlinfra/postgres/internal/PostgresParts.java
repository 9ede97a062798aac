package dev.mlinfra.postgres.internal;

import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.ErasureStore;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.spi.Wiring;

/** Makes all parts of the module and hands them over. Public to cross to the front class only. */
public final class PostgresParts {
  private PostgresParts() {}

  /**
   * Opens the pools and provides every part; does no I/O.
   *
   * @param settings checked before
   * @param wiring where the parts go
   */
  public static void open(PgSettings settings, Wiring wiring) {
    SchemaPlan plan = new SchemaPlan(settings.schema(), settings.embeddingDimensions());
    Database database = new Database(settings);
    wiring.onClose(database);
    DecisionRollup rollup = new DecisionRollup(database);
    wiring.onClose(rollup);
    PgHealthProbe probe = new PgHealthProbe(database, settings.schema(), rollup);
    wiring.onClose(probe);
    wiring.probe(probe);
    wiring.provide(
        SchemaAdmin.class, new PgSchemaAdmin(database, plan, settings.migrationTimeout()));
    wiring.provide(DecisionSink.class, new CopyDecisionSink(database, wiring.source(), rollup));
    wiring.provide(DecisionReader.class, new PgDecisionReader(database));
    wiring.provide(ErasureStore.class, new PgErasure(database, settings.schema()));
    wiring.provide(TrainingReader.class, new PgTrainingReader(database));
    wiring.provide(OfflineStore.class, new PgOfflineStore(database));
    wiring.provide(
        PatternStore.class, new PgPatternStore(database, settings.embeddingDimensions()));
    wiring.provide(ModelStore.class, new PgModelStore(database, wiring.clock(), plan.lockKey()));
    wiring.provide(DeadLetterStore.class, new PgDeadLetterStore(database));
  }
}

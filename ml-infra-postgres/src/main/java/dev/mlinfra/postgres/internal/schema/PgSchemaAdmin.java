package dev.mlinfra.postgres.internal.schema;

import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.spi.SchemaAdmin;
import java.time.Duration;

/** Makes and checks the schema over a connection of its own. */
public final class PgSchemaAdmin implements SchemaAdmin {
  private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(5);

  private final SchemaPlan plan;
  private final Migrator migrator;

  public PgSchemaAdmin(Database database, SchemaPlan plan, Duration timeout) {
    this.plan = plan;
    this.migrator =
        new Migrator(database.server(), plan, () -> database.open(LONGEST_STATEMENT), timeout);
  }

  @Override
  public void ensure() {
    migrator.ensure();
  }

  @Override
  public void verify() {
    migrator.verify();
  }

  @Override
  public String exportDdl() {
    return plan.ddl();
  }
}

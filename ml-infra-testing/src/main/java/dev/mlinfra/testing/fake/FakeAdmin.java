package dev.mlinfra.testing.fake;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.StreamAdmin;

/** What there is to make before use: nothing, but it can fail and be forgotten. */
final class FakeAdmin {
  private final Faulty faulty;
  private volatile boolean schemaMade;

  FakeAdmin(Faulty faulty) {
    this.faulty = faulty;
  }

  StreamAdmin streams() {
    return () -> faulty.run(Part.STREAM_ADMIN, () -> {});
  }

  BucketAdmin bucket() {
    return () -> faulty.run(Part.BUCKET_ADMIN, () -> {});
  }

  SchemaAdmin schema() {
    return new SchemaAdmin() {
      @Override
      public void ensure() {
        faulty.run(Part.SCHEMA_ADMIN, () -> schemaMade = true);
      }

      @Override
      public void verify() {
        faulty.run(
            Part.SCHEMA_ADMIN,
            () -> {
              if (!schemaMade) {
                throw new ConfigException(
                    "schema of the fake was missing but must be there; call ensureSchema()");
              }
            });
      }

      @Override
      public String exportDdl() {
        return "-- the fake keeps everything in memory and has no schema\n";
      }
    };
  }
}

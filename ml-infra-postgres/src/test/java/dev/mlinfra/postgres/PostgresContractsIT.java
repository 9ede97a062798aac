package dev.mlinfra.postgres;

import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.contract.DeadLetterStoreContract;
import dev.mlinfra.testing.contract.DecisionReaderContract;
import dev.mlinfra.testing.contract.DecisionSinkContract;
import dev.mlinfra.testing.contract.ErasureStoreContract;
import dev.mlinfra.testing.contract.ModelStoreContract;
import dev.mlinfra.testing.contract.OfflineStoreContract;
import dev.mlinfra.testing.contract.PatternStoreContract;
import dev.mlinfra.testing.contract.SchemaAdminContract;
import dev.mlinfra.testing.contract.TrainingReaderContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** PostgreSQL keeps the promises of its parts. */
class PostgresContractsIT {
  private static RecordingWiring open;

  @BeforeAll
  static void open() {
    open = RecordingWiring.opened(TestDatabase.create().module());
    open.part(SchemaAdmin.class).ensure();
  }

  @AfterAll
  static void close() {
    open.close();
  }

  @Nested
  class ADecisionSink extends DecisionSinkContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class ADecisionReader extends DecisionReaderContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class ATrainingReader extends TrainingReaderContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class AnErasureStore extends ErasureStoreContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class AnOfflineStore extends OfflineStoreContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class ADeadLetterStore extends DeadLetterStoreContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class AModelStore extends ModelStoreContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class APatternStore extends PatternStoreContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class ASchemaAdmin extends SchemaAdminContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }
}

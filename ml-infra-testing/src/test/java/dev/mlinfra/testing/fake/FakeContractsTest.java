package dev.mlinfra.testing.fake;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.testing.RecordingTelemetry;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.contract.ArtifactStoreContract;
import dev.mlinfra.testing.contract.DeadLetterStoreContract;
import dev.mlinfra.testing.contract.DecisionReaderContract;
import dev.mlinfra.testing.contract.DecisionSinkContract;
import dev.mlinfra.testing.contract.ErasureStoreContract;
import dev.mlinfra.testing.contract.EventBrokerContract;
import dev.mlinfra.testing.contract.ModelMirrorContract;
import dev.mlinfra.testing.contract.ModelPointersContract;
import dev.mlinfra.testing.contract.ModelStoreContract;
import dev.mlinfra.testing.contract.OfflineStoreContract;
import dev.mlinfra.testing.contract.OnlineStoreContract;
import dev.mlinfra.testing.contract.PatternStoreContract;
import dev.mlinfra.testing.contract.PauseSignalContract;
import dev.mlinfra.testing.contract.RecentDecisionsContract;
import dev.mlinfra.testing.contract.SchemaAdminContract;
import dev.mlinfra.testing.contract.StreamAdminContract;
import dev.mlinfra.testing.contract.TelemetryContract;
import dev.mlinfra.testing.contract.TrainingReaderContract;
import org.junit.jupiter.api.Nested;

/** The fakes keep the promises of what they stand for. */
class FakeContractsTest {
  private final FakeInfra fake = FakeInfra.create();
  private final RecordingWiring open = RecordingWiring.opened(fake);

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
  class AnOnlineStore extends OnlineStoreContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class AnEventBroker extends EventBrokerContract {
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
  class TheRecentDecisions extends RecentDecisionsContract {
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
  class TheModelPointers extends ModelPointersContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class AModelMirror extends ModelMirrorContract {
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

  @Nested
  class AStreamAdmin extends StreamAdminContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }
  }

  @Nested
  class AnArtifactStore extends ArtifactStoreContract {
    private final FakeArtifactStore store = (FakeArtifactStore) open.part(ArtifactStore.class);

    @Override
    protected RecordingWiring opened() {
      return open;
    }

    @Override
    protected ArtifactStore storeWithQuota(long bytes) {
      return store.withQuota(bytes);
    }

    @Override
    protected void overwrite(Artifact artifact, byte[] bytes) {
      store.objects.put(artifact.sha256(), bytes);
    }

    @Override
    protected void remove(Artifact artifact) {
      store.objects.remove(artifact.sha256());
    }

    @Override
    protected long objects() {
      return store.objects.size();
    }
  }

  @Nested
  class APauseSignal extends PauseSignalContract {
    @Override
    protected RecordingWiring opened() {
      return open;
    }

    @Override
    protected void pause(String reason) {
      fake.pause(reason);
    }

    @Override
    protected void resume() {
      fake.resume();
    }
  }

  @Nested
  class ATelemetry extends TelemetryContract {
    private final RecordingWiring recorded = RecordingWiring.opened(new RecordingTelemetry());

    @Override
    protected RecordingWiring opened() {
      return recorded;
    }
  }
}

package dev.mlinfra.redis;

import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.contract.EventBrokerContract;
import dev.mlinfra.testing.contract.ModelPointersContract;
import dev.mlinfra.testing.contract.OnlineStoreContract;
import dev.mlinfra.testing.contract.PauseSignalContract;
import dev.mlinfra.testing.contract.RecentDecisionsContract;
import dev.mlinfra.testing.contract.StreamAdminContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** Redis keeps the promises of its parts. */
class RedisContractsIT {
  private static RedisServer server;
  private static Cli cli;
  private static RecordingWiring open;

  @BeforeAll
  static void open() {
    server = RedisServer.running();
    cli = new Cli(server);
    open = RecordingWiring.opened(Redis.at(server.url()));
  }

  @AfterAll
  static void close() {
    open.close();
    cli.close();
    server.close();
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
  class AStreamAdmin extends StreamAdminContract {
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
  class TheRecentDecisions extends RecentDecisionsContract {
    @Override
    protected RecordingWiring opened() {
      return open;
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
      cli.redis().set("ml:control:paused", reason);
    }

    @Override
    protected void resume() {
      cli.redis().del("ml:control:paused");
    }
  }
}

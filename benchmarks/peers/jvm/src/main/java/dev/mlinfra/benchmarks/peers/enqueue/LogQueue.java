package dev.mlinfra.benchmarks.peers.enqueue;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.benchmarks.peers.Decisions;
import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.monitoring.Monitoring;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;

/** Ours: {@code log} of a built decision, into a real PostgreSQL. */
final class LogQueue implements Queue {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final MlInfra ml;
  private final DecisionLog log;
  private final Decision decision = Decisions.of(1).get(0);
  private final boolean drains;

  private LogQueue(MlInfraConfig.Builder config, boolean drains) {
    this.ml = MlInfra.connect(config.build()).ensureSchema();
    this.log = ml.decisions();
    this.drains = drains;
  }

  static LogQueue at(Server server, int rows) {
    return new LogQueue(config(server).decisions(roomy(rows)), true);
  }

  static LogQueue metered(Server server) {
    return new LogQueue(
        config(server).decisions(roomy(65_536)).install(Monitoring.to(new SimpleMeterRegistry())),
        true);
  }

  /** One that is full and stays so: nothing is written before it has lingered for an hour. */
  static LogQueue full(Server server) {
    BufferOptions options =
        BufferOptions.builder()
            .maxQueuedRows(1_024)
            .maxQueuedBytes(1 << 20)
            .maxBatchRows(100_000)
            .linger(Duration.ofHours(1))
            .closeTimeout(Duration.ofMillis(100)).build();
    LogQueue queue = new LogQueue(config(server).decisions(options), false);
    for (int i = 0; i < 1_000_000 && queue.log.log(queue.decision).accepted(); i++) {
      // until it is full
    }
    return queue;
  }

  private static BufferOptions roomy(int rows) {
    return BufferOptions.builder().maxQueuedRows(rows).build();
  }

  private static MlInfraConfig.Builder config(Server server) {
    return MlInfraConfig.forService("bench")
        .install(
            Postgres.at(server.url())
                .user(server.user())
                .password(Secret.of(server.password()))
                .statementTimeout(Duration.ofSeconds(5)));
  }

  @Override
  public Object offer() {
    return log.log(decision);
  }

  @Override
  public void drain() {
    if (drains && !log.flush(PATIENCE)) {
      throw new IllegalStateException("not stored: " + log.ledger());
    }
  }

  String ledger() {
    return log.ledger().toString();
  }

  @Override
  public void close() {
    ml.close();
  }
}

package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.InfraModule;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Ours, as a host has it: default options, {@code log}, {@code flush}. */
final class LogWay implements Way {
  private static final int MOST_BUFFERED = 50_000;
  private static final int BETWEEN_LOOKS = 500;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final MlInfra ml;

  private LogWay(InfraModule postgres) {
    this.ml = MlInfra.connect(MlInfraConfig.forService("bench").install(postgres).build());
    ml.ensureSchema();
  }

  static LogWay firstAttempts(Server server) {
    return new LogWay(postgres(server));
  }

  /** Every batch takes the path of one whose fate is unknown. */
  static LogWay retries(Server server) {
    return new LogWay(new EveryBatchTriedBefore(postgres(server)));
  }

  static Postgres postgres(Server server) {
    return Postgres.at(server.url()).user(server.user()).password(Secret.of(server.password()));
  }

  @Override
  public void store(List<Decision> decisions) {
    DecisionLog log = ml.decisions();
    int sent = 0;
    for (Decision decision : decisions) {
      if (sent++ % BETWEEN_LOOKS == 0) {
        awaitRoom(log);
      }
      if (!log.log(decision).accepted()) {
        throw new IllegalStateException("not accepted: " + log.ledger());
      }
    }
    if (!log.flush(PATIENCE) || log.ledger().stored() != decisions.size()) {
      throw new IllegalStateException("not stored: " + log.ledger());
    }
  }

  private static void awaitRoom(DecisionLog log) {
    while (log.ledger().buffered() > MOST_BUFFERED) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    ml.close();
  }
}

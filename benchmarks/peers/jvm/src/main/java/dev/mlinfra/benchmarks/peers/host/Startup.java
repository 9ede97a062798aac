package dev.mlinfra.benchmarks.peers.host;

import com.zaxxer.hikari.HikariDataSource;
import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.redis.Redis;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.storage.ObjectStorage;
import io.lettuce.core.RedisClient;

/**
 * A host that starts while all of its servers are down. Says how many milliseconds the libraries
 * took, and what came of it; then it halts, so that the process is measured without its end.
 */
public final class Startup {
  private static final String DOWN = "127.0.0.1:1";

  private Startup() {}

  /** Runs what the argument names: {@code ours}, {@code drivers} or {@code nothing}. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) {
    long start = System.nanoTime();
    String outcome =
        switch (args[0]) {
          case "ours" -> ours();
          case "drivers" -> pool() + " " + redis();
          default -> "nothing";
        };
    System.out.println((System.nanoTime() - start) / 100_000 / 10.0 + " " + outcome);
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static String ours() {
    MlInfra ml =
        MlInfra.connect(
                MlInfraConfig.forService("bench")
                    .start(Start.BACKGROUND)
                    .install(
                        Postgres.at("jdbc:postgresql://" + DOWN + "/ml")
                            .user("ml")
                            .password(Secret.of("none")))
                    .install(Redis.at("redis://" + DOWN))
                    .install(
                        ObjectStorage.at("http://" + DOWN).credentials("none", Secret.of("none")))
                    .build())
            .ensureSchema()
            .ensureStreams()
            .ensureBucket();
    Decision decision = Decision.by("ranker").action("item-79").build();
    return "log=" + ml.decisions().log(decision).status();
  }

  private static String pool() {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl("jdbc:postgresql://" + DOWN + "/ml");
    try (pool) {
      return "pool=" + pool.getConnection().isValid(1);
    } catch (Exception e) {
      return "pool=" + e.getClass().getSimpleName();
    }
  }

  private static String redis() {
    try (RedisClient client = RedisClient.create("redis://" + DOWN)) {
      return "redis=" + client.connect().isOpen();
    } catch (RuntimeException e) {
      return "redis=" + e.getClass().getSimpleName();
    }
  }
}

package dev.mlinfra.examples;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.monitoring.Monitoring;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.redis.Redis;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.storage.Mlflow;
import dev.mlinfra.storage.ObjectStorage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;

/** Names the servers of a real installation; building a configuration checks it and does no I/O. */
public final class Connect {
  private Connect() {}

  /**
   * Prints the configuration, which shows no secret.
   *
   * @param args the directory with the files of the three secrets
   */
  public static void main(String[] args) {
    System.out.println(config(Path.of(args[0]), new SimpleMeterRegistry()));
  }

  static MlInfraConfig config(Path secrets, MeterRegistry meterRegistry) {
    Secret password = Secret.fromFile(secrets.resolve("postgres"));
    Secret cachePassword = Secret.fromFile(secrets.resolve("redis"));
    Secret secretKey = Secret.fromFile(secrets.resolve("storage"));
    // region config
    MlInfraConfig config =
        MlInfraConfig.forService("ranker")
            .install(Postgres.at("jdbc:postgresql://db/ml").user("app").password(password))
            .install(Redis.at("redis://cache").password(cachePassword))
            .install(
                ObjectStorage.at("https://minio:9000")
                    .credentials("ranker", secretKey)
                    .bucket("mlflow-artifacts"))
            .install(Mlflow.at("http://mlflow:5000")) // optional: a mirror of the registry
            .install(Monitoring.to(meterRegistry)) // optional: meters in your registry
            .build();
    // endregion
    return config;
  }
}

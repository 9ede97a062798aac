package dev.mlinfra.embedded;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.redis.Redis;
import dev.mlinfra.storage.ArtifactDirectory;
import dev.mlinfra.storage.Mlflow;
import dev.mlinfra.storage.ObjectStorage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a stack is made of; null stands for a server that it lacks.
 *
 * @param directory where passwords and artifacts are kept
 * @param postgres the truth
 * @param redis the fast store and the stream
 * @param objects where artifacts are kept, instead of the directory
 * @param mlflow the tracking server
 */
record Parts(
    Path directory,
    @Nullable PostgresServer postgres,
    @Nullable RedisServer redis,
    @Nullable ObjectStorageServer objects,
    @Nullable ServerControl mlflow) {
  Path artifacts() {
    return directory.resolve("artifacts");
  }

  /** A configuration for the first database of each server. */
  MlInfraConfig.Builder config(String service) {
    return config(
        service,
        new Place(
            postgres == null ? "" : postgres.jdbcUrl(),
            redis == null ? "" : redis.url(),
            artifacts(),
            ObjectStorage.DEFAULT_BUCKET));
  }

  MlInfraConfig.Builder config(String service, Place place) {
    MlInfraConfig.Builder config = MlInfraConfig.forService(service);
    if (postgres != null) {
      config.install(
          Postgres.at(place.jdbcUrl()).user(postgres.user()).password(postgres.password()));
    }
    if (redis != null) {
      config.install(Redis.at(place.redisUrl()).password(redis.password()));
    }
    if (objects == null) {
      config.install(ArtifactDirectory.at(place.artifacts()));
    } else {
      config.install(
          ObjectStorage.at(objects.url())
              .credentials(objects.accessKeyId(), objects.password())
              .bucket(place.bucket()));
    }
    if (mlflow != null) {
      config.install(Mlflow.at(mlflow.url()));
    }
    return config;
  }

  /**
   * Where on the servers a configuration keeps its data.
   *
   * @param jdbcUrl its database
   * @param redisUrl its Redis database
   * @param artifacts its directory for artifacts
   * @param bucket its bucket for artifacts
   */
  record Place(String jdbcUrl, String redisUrl, Path artifacts, String bucket) {}
}

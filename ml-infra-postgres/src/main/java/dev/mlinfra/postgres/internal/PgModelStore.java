package dev.mlinfra.postgres.internal;

import dev.mlinfra.error.ConflictException;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.FlatJson;
import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.spi.ModelStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Models in {@code model_metadata} and {@code model_promotions}. */
final class PgModelStore implements ModelStore {
  private final Database database;
  private final Clock clock;
  private final int lockKey;

  PgModelStore(Database database, Clock clock, int lockKey) {
    this.database = database;
    this.clock = clock;
    this.lockKey = lockKey;
  }

  @Override
  public Registered register(NewModel model) {
    return database.transact(
        "model " + model.name(),
        connection -> {
          lock(connection, model.name());
          ModelRows rows = new ModelRows(database, connection);
          Optional<ModelVersion> known =
              rows
                  .versions("model = ? AND sha256 = ?", model.name(), model.artifact().sha256())
                  .stream()
                  .findFirst();
          return known.isPresent()
              ? new Registered(known.get(), false)
              : new Registered(insert(connection, rows, model), true);
        });
  }

  private ModelVersion insert(Connection connection, ModelRows rows, NewModel model)
      throws SQLException {
    ModelVersion version =
        new ModelVersion(
            model.name(),
            rows.lastVersion(model.name()) + 1,
            model.artifact(),
            model.metrics(),
            model.tags(),
            now(),
            Optional.empty());
    String sql =
        database.sql(
            """
            INSERT INTO ml.model_metadata
              (model, version, artifact_uri, sha256, size_bytes, metrics, tags, created_at)
            VALUES (?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?)
            """);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, version.name());
      statement.setInt(2, version.version());
      statement.setString(3, version.artifact().uri());
      statement.setString(4, version.artifact().sha256());
      statement.setLong(5, version.artifact().sizeBytes());
      statement.setString(6, FlatJson.write(version.metrics()));
      statement.setString(7, FlatJson.write(version.tags()));
      Times.set(statement, 8, version.createdAt());
      statement.executeUpdate();
    }
    addToSeries(connection, version);
    return version;
  }

  private void addToSeries(Connection connection, ModelVersion version) throws SQLException {
    if (version.metrics().isEmpty()) {
      return;
    }
    ensurePartition(connection, version.createdAt());
    String sql =
        database.sql(
            "INSERT INTO ml.ml_model_metrics (time, model, version, metric, value)"
                + " VALUES (?, ?, ?, ?, ?)");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Map.Entry<String, Double> metric : version.metrics().entrySet()) {
        Times.set(statement, 1, version.createdAt());
        statement.setString(2, version.name());
        statement.setInt(3, version.version());
        statement.setString(4, metric.getKey());
        statement.setDouble(5, metric.getValue());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private void ensurePartition(Connection connection, Instant at) throws SQLException {
    String sql = database.sql("SELECT ml.ensure_metric_partitions(ARRAY[?::timestamptz])");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Times.set(statement, 1, at);
      statement.execute();
    }
  }

  @Override
  public Promotion promote(NewPromotion asked) {
    return database.transact(
        "promotion of model " + asked.name(),
        connection -> {
          lock(connection, asked.name());
          ModelRows rows = new ModelRows(database, connection);
          if (rows.versions("model = ? AND version = ?", asked.name(), asked.version()).isEmpty()) {
            throw new ConflictException(
                "model %s version %d was promoted to %s but is not registered; register it first"
                    .formatted(asked.name(), asked.version(), asked.alias()));
          }
          Optional<Promotion> inForce = rows.inForce(asked.name(), asked.alias());
          if (inForce.isPresent() && inForce.get().version() == asked.version()) {
            return inForce.get();
          }
          Promotion promotion =
              new Promotion(
                  asked.name(), asked.alias(), asked.version(), asked.by(), asked.reason(), now());
          rows.append(promotion);
          return promotion;
        });
  }

  @Override
  public Optional<ModelVersion> current(String name, String alias) {
    return database.transact(
        "model " + name,
        connection -> {
          ModelRows rows = new ModelRows(database, connection);
          Optional<Promotion> inForce = rows.inForce(name, alias);
          return inForce.isEmpty()
              ? Optional.empty()
              : rows.versions("model = ? AND version = ?", name, inForce.get().version()).stream()
                  .findFirst();
        });
  }

  @Override
  public List<ModelVersion> versions(String name) {
    return database.transact(
        "versions of model " + name,
        connection -> new ModelRows(database, connection).versions("model = ?", name));
  }

  @Override
  public List<Promotion> history(String name) {
    return database.transact(
        "promotions of model " + name,
        connection -> new ModelRows(database, connection).history(name));
  }

  @Override
  public List<ModelVersion> unmirrored(int limit) {
    return database.transact(
        "unmirrored models", connection -> new ModelRows(database, connection).unmirrored(limit));
  }

  @Override
  public void mirrored(ModelVersion version, ModelVersion.Mirrored mirrored) {
    String sql =
        "UPDATE ml.model_metadata SET mlflow_run_id = ?, mlflow_version = ?, mirrored_at = ?"
            + " WHERE model = ? AND version = ?";
    database.transact(
        "mirror of model " + version.name(),
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
            statement.setString(1, mirrored.runId());
            statement.setString(2, mirrored.version());
            Times.set(statement, 3, now());
            statement.setString(4, version.name());
            statement.setInt(5, version.version());
            return statement.executeUpdate();
          }
        });
  }

  @Override
  public List<Promotion> unmirroredPromotions(int limit) {
    return database.transact(
        "unmirrored promotions",
        connection -> new ModelRows(database, connection).unmirroredPromotions(limit));
  }

  @Override
  public void mirrored(Promotion promotion) {
    String sql =
        "UPDATE ml.model_promotions SET mirrored_at = ?"
            + " WHERE model = ? AND alias = ? AND version = ? AND promoted_at = ?";
    database.transact(
        "mirror of promotion of model " + promotion.name(),
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
            Times.set(statement, 1, now());
            statement.setString(2, promotion.name());
            statement.setString(3, promotion.alias());
            statement.setInt(4, promotion.version());
            Times.set(statement, 5, promotion.at());
            return statement.executeUpdate();
          }
        });
  }

  /** One writer a model, so that its versions are numbered without gaps. */
  private void lock(Connection connection, String model) throws SQLException {
    String sql = "SELECT pg_advisory_xact_lock(" + lockKey + ", hashtext(?))";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, model);
      statement.execute();
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}

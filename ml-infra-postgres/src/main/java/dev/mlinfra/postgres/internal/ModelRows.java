package dev.mlinfra.postgres.internal;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.FlatJson;
import dev.mlinfra.postgres.internal.server.Times;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and appends rows about models within one transaction. */
final class ModelRows {
  private static final String VERSION =
      "SELECT model, version, artifact_uri, sha256, size_bytes, metrics, tags, created_at,"
          + " mlflow_run_id, mlflow_version FROM ml.model_metadata WHERE ";
  private static final String PROMOTION =
      "SELECT model, alias, version, promoted_by, reason, promoted_at FROM ";
  private static final String IN_FORCE =
      """
      (SELECT DISTINCT ON (model, alias) * FROM ml.model_promotions
       ORDER BY model, alias, promotion_id DESC) AS p
      WHERE mirrored_at IS NULL AND EXISTS (
        SELECT FROM ml.model_metadata m
        WHERE m.model = p.model AND m.version = p.version AND m.mirrored_at IS NOT NULL)
      ORDER BY promotion_id LIMIT ?
      """;

  /** Makes a value of one row. */
  @FunctionalInterface
  private interface Mapper<T> {
    T map(ResultSet rows) throws SQLException;
  }

  private final Database database;
  private final Connection connection;

  ModelRows(Database database, Connection connection) {
    this.database = database;
    this.connection = connection;
  }

  List<ModelVersion> versions(String condition, Object... values) throws SQLException {
    return query(VERSION + condition + " ORDER BY version", ModelRows::version, values);
  }

  List<ModelVersion> unmirrored(int limit) throws SQLException {
    String condition = "mirrored_at IS NULL ORDER BY created_at, model, version LIMIT ?";
    return query(VERSION + condition, ModelRows::version, limit);
  }

  int lastVersion(String model) throws SQLException {
    String sql = "SELECT coalesce(max(version), 0) FROM ml.model_metadata WHERE model = ?";
    return query(sql, rows -> rows.getInt(1), model).get(0);
  }

  Optional<Promotion> inForce(String model, String alias) throws SQLException {
    String where =
        "ml.model_promotions WHERE model = ? AND alias = ? ORDER BY promotion_id DESC LIMIT 1";
    return query(PROMOTION + where, ModelRows::promotion, model, alias).stream().findFirst();
  }

  List<Promotion> history(String model) throws SQLException {
    String where = "ml.model_promotions WHERE model = ? ORDER BY promotion_id";
    return query(PROMOTION + where, ModelRows::promotion, model);
  }

  List<Promotion> unmirroredPromotions(int limit) throws SQLException {
    return query(PROMOTION + IN_FORCE, ModelRows::promotion, limit);
  }

  void append(Promotion promotion) throws SQLException {
    String sql =
        database.sql(
            "INSERT INTO ml.model_promotions"
                + " (model, alias, version, promoted_by, reason, promoted_at)"
                + " VALUES (?, ?, ?, ?, ?, ?)");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, promotion.name());
      statement.setString(2, promotion.alias());
      statement.setInt(3, promotion.version());
      statement.setString(4, promotion.by());
      statement.setString(5, promotion.reason());
      Times.set(statement, 6, promotion.at());
      statement.executeUpdate();
    }
  }

  private <T> List<T> query(String sql, Mapper<T> mapper, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      List<T> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(mapper.map(rows));
        }
      }
      return found;
    }
  }

  private static ModelVersion version(ResultSet rows) throws SQLException {
    String runId = rows.getString(9);
    String mirrorVersion = rows.getString(10);
    return new ModelVersion(
        rows.getString(1),
        rows.getInt(2),
        new Artifact(rows.getString(3), rows.getString(4), rows.getLong(5)),
        FlatJson.numbers(rows.getString(6)),
        FlatJson.texts(rows.getString(7)),
        Times.get(rows, 8),
        runId == null || mirrorVersion == null
            ? Optional.empty()
            : Optional.of(new ModelVersion.Mirrored(runId, mirrorVersion)));
  }

  private static Promotion promotion(ResultSet rows) throws SQLException {
    return new Promotion(
        rows.getString(1),
        rows.getString(2),
        rows.getInt(3),
        rows.getString(4),
        rows.getString(5),
        Times.get(rows, 6));
  }
}

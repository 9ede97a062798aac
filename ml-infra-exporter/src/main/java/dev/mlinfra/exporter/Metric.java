package dev.mlinfra.exporter;

import java.util.List;

/**
 * Every metric that the exporter shows. Names, types and labels are a promise; docs/exporter.md is
 * written from here.
 */
enum Metric {
  MLFLOW_UP("mlflow_up", "1 when MLflow answered its health check and its API, else 0"),
  MLFLOW_INFO("mlflow_info", "Always 1; the version that MLflow reports", "version"),
  MLFLOW_EXPERIMENTS("mlflow_experiments_total", "Experiments that are not deleted"),
  MLFLOW_RUNS("mlflow_runs", "Runs that are not deleted, of the newest that were read", "status"),
  MLFLOW_RUNS_COMPLETE(
      "mlflow_runs_complete", "1 when all runs were read, 0 when the bound on pages was met first"),
  MLFLOW_LAST_RUN_AGE("mlflow_last_run_age_seconds", "Time since the newest run started"),
  MLFLOW_REGISTERED_MODELS("mlflow_registered_models", "Registered models"),
  MLFLOW_MODEL_VERSIONS("mlflow_model_versions", "Model versions by their status", "status"),
  MLFLOW_MODEL_ALIASES("mlflow_model_aliases", "Models that have the alias", "alias"),
  MLFLOW_LAST_VERSION_AGE(
      "mlflow_last_model_version_age_seconds", "Time since the newest model version was made"),
  MLFLOW_ARTIFACTS_UP(
      "mlflow_artifacts_up", "1 when MLflow listed the root of its artifact store, else 0"),
  MLFLOW_API_LATENCY(
      "mlflow_api_latency_seconds", "Time of the newest answer to the kind of call", "call"),
  MLFLOW_API_REQUESTS(
      Type.COUNTER, "mlflow_api_requests_total", "Calls that the exporter made", "call"),
  MLFLOW_API_ERRORS(
      Type.COUNTER,
      "mlflow_api_errors_total",
      "Calls without an answer or with one that is an error",
      "call"),

  STORAGE_UP("ml_objectstorage_up", "1 when the bucket could be listed, else 0"),
  STORAGE_LATENCY("ml_objectstorage_latency_seconds", "Time to list one object of the bucket"),
  STORAGE_BYTES("ml_objectstorage_bucket_bytes", "Bytes of the objects that were listed", "bucket"),
  STORAGE_OBJECTS("ml_objectstorage_bucket_objects", "Objects that were listed", "bucket"),
  STORAGE_QUOTA(
      "ml_objectstorage_bucket_quota_bytes",
      "What the bucket may hold: the server's quota, else that of the configuration",
      "bucket"),
  STORAGE_COMPLETE(
      "ml_objectstorage_bucket_complete",
      "1 when the whole bucket was listed, 0 when the bound on pages was met first",
      "bucket"),

  POSTGRES_UP("ml_postgres_up", "1 when PostgreSQL answered all that was asked, else 0"),
  POSTGRES_INFO(
      "ml_postgres_info",
      "Always 1; versions, none where an extension is not installed",
      "version",
      "timescaledb",
      "vector"),
  POSTGRES_LATENCY("ml_postgres_latency_seconds", "Time to connect and run the first query"),
  POSTGRES_SCHEMA_VERSION(
      "ml_postgres_schema_version",
      "Newest migration that was applied, 0 when the schema is not there"),
  POSTGRES_ROWS("ml_postgres_table_rows", "Rows, estimated by the server", "table"),
  POSTGRES_BYTES("ml_postgres_table_bytes", "Size with indexes and TOAST", "table"),
  POSTGRES_LAG(
      "ml_postgres_table_lag_seconds", "Age of the newest row, absent when empty", "table"),
  POSTGRES_PARTS(
      "ml_postgres_table_parts", "Chunks or partitions of a time-series table", "table", "kind"),
  POSTGRES_DEAD_LETTERS("ml_postgres_dead_letters", "Rows and events that were parked", "origin"),
  POSTGRES_UNMIRRORED(
      "ml_postgres_unmirrored_models", "Model versions that MLflow does not show yet"),
  POSTGRES_DECISIONS(
      "ml_postgres_recent_decisions", "Decisions of the window, by the service", "service"),
  POSTGRES_MISSING(
      "ml_postgres_missing_decisions",
      "Numbers that the processes of the service gave away in the window and that have no row",
      "service"),
  POSTGRES_COMPLETENESS(
      "ml_postgres_completeness_ratio",
      "Share of the process's numbers in the window that have a row; the newest processes only",
      "process"),

  REDIS_UP("ml_redis_up", "1 when Redis answered, else 0"),
  REDIS_INFO("ml_redis_info", "Always 1; version and eviction policy", "version", "policy"),
  REDIS_LATENCY("ml_redis_latency_seconds", "Time to connect, log in and read INFO"),
  REDIS_USED("ml_redis_memory_used_bytes", "Memory used by the whole server"),
  REDIS_MAX("ml_redis_memory_max_bytes", "maxmemory of the server, 0 when unbounded"),
  REDIS_BUDGET("ml_redis_memory_budget_bytes", "What machine learning may use of it"),
  REDIS_ML_BYTES(
      "ml_redis_memory_ml_bytes",
      "Memory of the ml: keys and of the stream, estimated from the sample"),
  REDIS_STREAM_SAFE(
      "ml_redis_stream_safe", "0 when the eviction policy may evict the event stream, else 1"),
  REDIS_EVICTED(
      Type.COUNTER, "ml_redis_evicted_keys_total", "Keys evicted since the server started"),
  REDIS_EXPIRED(
      Type.COUNTER, "ml_redis_expired_keys_total", "Keys expired since the server started"),
  REDIS_CLIENTS("ml_redis_connected_clients", "Connections to the server"),
  REDIS_STREAM_ENTRIES("ml_redis_stream_entries", "Entries in the stream", "stream"),
  REDIS_STREAM_BYTES("ml_redis_stream_bytes", "Memory of the stream, estimated", "stream"),
  REDIS_GROUP_LAG(
      "ml_redis_group_lag",
      "Entries not delivered to the group yet; counted up to 10,000 where the server does not know",
      "stream",
      "group"),
  REDIS_GROUP_PENDING(
      "ml_redis_group_pending", "Entries delivered and not acknowledged", "stream", "group"),
  REDIS_GROUP_PENDING_AGE(
      "ml_redis_group_oldest_pending_age_seconds",
      "Age of the oldest entry that is not acknowledged, 0 when none is pending",
      "stream",
      "group"),
  REDIS_GROUP_CONSUMERS("ml_redis_group_consumers", "Consumers of the group", "stream", "group"),
  REDIS_NAMESPACE_KEYS(
      "ml_redis_namespace_keys", "Keys, scaled up when only a part was read", "namespace"),
  REDIS_NAMESPACE_BYTES(
      "ml_redis_namespace_bytes", "Memory, estimated from up to 100 keys", "namespace"),
  REDIS_SAMPLE_COMPLETE(
      "ml_redis_sample_complete", "1 when all keys were read, 0 when the bound was met first"),

  EXPORTER_INFO("ml_exporter_info", "Always 1; the exporter's version", "version"),
  EXPORTER_HEAP("ml_exporter_heap_bytes", "Heap that the exporter uses"),
  EXPORTER_PROBE_UP(
      "ml_exporter_probe_up", "1 when the newest run of the probe succeeded", "probe"),
  EXPORTER_PROBE_DURATION(
      "ml_exporter_probe_duration_seconds", "Time of the newest run that ended", "probe"),
  EXPORTER_PROBE_AGE(
      "ml_exporter_probe_age_seconds", "Time since the newest run that ended", "probe"),
  EXPORTER_PROBE_FAILURES(
      Type.COUNTER,
      "ml_exporter_probe_failures_total",
      "Runs that failed: timeout, unavailable, refused, answer or error",
      "probe",
      "reason");

  private final Type type;
  private final String title;
  private final String help;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> labels;

  Metric(String title, String help, String... labels) {
    this(Type.GAUGE, title, help, labels);
  }

  Metric(Type type, String title, String help, String... labels) {
    this.type = type;
    this.title = title;
    this.help = help;
    this.labels = List.of(labels);
  }

  Type type() {
    return type;
  }

  /** The name that Prometheus shows. */
  String title() {
    return title;
  }

  String help() {
    return help;
  }

  List<String> labels() {
    return labels;
  }

  enum Type {
    GAUGE,
    COUNTER
  }
}

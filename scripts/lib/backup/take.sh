# What the checker and the rollback ask and do. Sourced by tool.sh.

# table_counts: as counts.tsv of a backup, of the server now.
table_counts() {
  sql <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I.%I', relname, nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE nspname = :'schema' AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname \gexec
SQL
}

artifact_rows() {
  sql <<<'SELECT artifact_uri, sha256, size_bytes, model, version FROM :"schema".model_metadata ORDER BY model, version;'
}

# hypertable_state: the hypertables of the schema and how many chunks each has.
hypertable_state() {
  sql <<'SQL'
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') AS has_timescale \gset
\if :has_timescale
SELECT hypertable_name FROM timescaledb_information.hypertables WHERE hypertable_schema = :'schema' ORDER BY 1;
\endif
SQL
}

# drop_rows: the schema, MLflow's database and role.
drop_rows() {
  sql -f /ml-infra/scripts/sql/rollback-ml-schema.sql 2>&1 || exit 1
  sql -v mlflow="$MLFLOW_DB" <<'SQL'
DROP DATABASE IF EXISTS :"mlflow" WITH (FORCE);
DROP ROLE IF EXISTS mlflow;
SQL
}

redis() {
  redis-cli -h "$REDIS_HOST" -p "${REDIS_SERVER_PORT:-6379}" --no-auth-warning "$@"
}

# ml_keys: how many keys the library has in Redis.
ml_keys() {
  local answer
  answer=$(redis PING 2>&1) || true
  [ "$answer" = PONG ] || fail "Redis '$REDIS_HOST' did not answer PONG but '$answer'; start it, or check ML_INFRA_REDIS_PASSWORD"
  { redis --scan --pattern 'ml:*'; redis --scan --pattern 'ml-learning-events*'; } | wc -l
}

drop_keys() {
  { redis --scan --pattern 'ml:*'; redis --scan --pattern 'ml-learning-events*'; } |
    xargs -d '\n' -r -n 500 redis-cli -h "$REDIS_HOST" -p "${REDIS_SERVER_PORT:-6379}" --no-auth-warning UNLINK >/dev/null
}

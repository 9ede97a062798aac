# Dumps rows: the schema of ml-infra at one snapshot, and MLflow's database at another. Sourced by tool.sh.

# facts: what the server is, as "name<TAB>value" lines.
facts() {
  sql -v mlflow="$MLFLOW_DB" <<'SQL' 2>&1 || fail "$(sql -c 'SELECT 1' 2>&1)"
SELECT 'postgresqlVersion', split_part(current_setting('server_version'), ' ', 1);
SELECT 'postgresqlMajor', current_setting('server_version_num')::integer / 10000;
SELECT extname || 'Version', extversion FROM pg_extension WHERE extname IN ('timescaledb', 'vector') ORDER BY 1;
SELECT name || 'Available', default_version FROM pg_available_extensions WHERE name IN ('timescaledb', 'vector') ORDER BY 1;
SELECT extname || 'Schema', extnamespace::regnamespace FROM pg_extension WHERE extname IN ('timescaledb', 'vector') ORDER BY 1;
SELECT 'schemaOwner', pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = :'schema';
SELECT 'rowBytes', coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c
WHERE c.relkind IN ('r', 'm') AND c.relnamespace = to_regnamespace(format('%I', :'schema'));
SELECT 'mlflowBytes', pg_database_size(oid) FROM pg_database WHERE datname = :'mlflow';
SELECT to_regclass(format('%I.schema_history', :'schema')) IS NOT NULL AS has_schema \gset
\if :has_schema
SELECT 'schemaVersion', max(version) FROM :"schema".schema_history;
\endif
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') AS has_timescale \gset
\if :has_timescale
SELECT 'otherHypertables', count(*) FROM timescaledb_information.hypertables WHERE hypertable_schema <> :'schema';
\endif
SQL
}

# within_snapshot FUNCTION: runs it while another session of the same database holds SNAPSHOT open.
within_snapshot() {
  rm -f /tmp/dumped
  sql >/dev/null <<SQL || fail "no snapshot of database '$PGDATABASE' could be taken"
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
\\setenv SNAPSHOT :snapshot
\\! bash -euo pipefail -c '. $here/rows.sh; $1' 2>/tmp/dump.err && touch /tmp/dumped
COMMIT;
SQL
  [ -f /tmp/dumped ] || fail "$(tail -n 3 /tmp/dump.err)"
}

dump_rows() {
  mkdir -p /backup/postgres/hypertables
  cd /backup/postgres || return
  within_snapshot dump_in_snapshot
}

in_snapshot() {
  {
    echo "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
    echo "SET TRANSACTION SNAPSHOT '$SNAPSHOT';"
    echo "SET LOCAL TIME ZONE 'UTC';"
    cat
    echo "COMMIT;"
  } | psql -X -q -A -t -F "$(printf '\t')" -v ON_ERROR_STOP=1 -v schema="$ML_SCHEMA"
}

dump_in_snapshot() {
  local table
  pg_dump -Fc -Z 1 -n "$ML_SCHEMA" --snapshot="$SNAPSHOT" --lock-wait-timeout=30s -f ml_learning.dump 2>pg_dump.err || {
    cat pg_dump.err >&2
    return 1
  }
  rm -f pg_dump.err
  in_snapshot >roles.tsv <<'SQL'
SELECT DISTINCT role FROM (
  SELECT pg_get_userbyid(relowner) AS role FROM pg_class WHERE relnamespace = :'schema'::regnamespace
  UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = :'schema'
  UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = :'schema'::regnamespace
  UNION SELECT pg_get_userbyid(a.grantee) FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relnamespace = :'schema'::regnamespace AND a.grantee <> 0
  UNION SELECT pg_get_userbyid(a.grantee) FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
    WHERE c.relnamespace = :'schema'::regnamespace AND a.grantee <> 0
  UNION SELECT pg_get_userbyid(a.grantee) FROM pg_namespace n, aclexplode(n.nspacl) a
    WHERE n.nspname = :'schema' AND a.grantee <> 0
  UNION SELECT pg_get_userbyid(a.grantee) FROM pg_proc p, aclexplode(p.proacl) a
    WHERE p.pronamespace = :'schema'::regnamespace AND a.grantee <> 0
) AS all_roles ORDER BY 1;
SQL
  in_snapshot >counts.tsv <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I.%I', relname, nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE nspname = :'schema' AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname \gexec
SQL
  in_snapshot >artifacts.tsv <<'SQL'
SELECT artifact_uri, sha256, size_bytes, model, version FROM :"schema".model_metadata ORDER BY model, version;
SQL
  in_snapshot >hypertables.tsv <<'SQL'
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') AS has_timescale \gset
\if :has_timescale
SELECT hypertable_name, column_name, extract(epoch FROM time_interval)::bigint * 1000000
FROM timescaledb_information.dimensions WHERE hypertable_schema = :'schema' ORDER BY 1, dimension_number;
\endif
SQL
  # pg_dump reads no chunk, since they live in a schema of TimescaleDB's own.
  cut -f 1 hypertables.tsv | sort | uniq -d | grep . >&2 && {
    echo "is a hypertable with more than one dimension, which no backup can hold" >&2
    return 1
  }
  while IFS=$'\t' read -r table _; do
    [[ $table =~ ^[a-z0-9_]+$ ]] || { echo "hypertable '$table' has a name that is not a-z 0-9 _" >&2; return 1; }
    in_snapshot <<<"COPY (SELECT * FROM $ML_SCHEMA.$table) TO STDOUT;" | gzip -1 >"hypertables/$table.gz"
  done <hypertables.tsv
}

# dump_mlflow: MLflow's database whole, what it counts, and where its model versions lie.
dump_mlflow() {
  mkdir -p /backup/mlflow
  cd /backup/mlflow || return
  export PGDATABASE=$MLFLOW_DB
  within_snapshot dump_mlflow_in_snapshot
}

dump_mlflow_in_snapshot() {
  pg_dump -Fc -Z 1 --snapshot="$SNAPSHOT" --lock-wait-timeout=30s -f mlflow.dump
  mlflow_counts_sql | in_snapshot >counts.tsv
  mlflow_sources_sql | in_snapshot >sources.tsv
}

mlflow_counts() {
  mlflow_counts_sql | sql -d "$MLFLOW_DB"
}

mlflow_sources() {
  mlflow_sources_sql | sql -d "$MLFLOW_DB"
}

mlflow_counts_sql() {
  cat <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I', relname, relname) FROM pg_class
WHERE relname IN ('experiments', 'runs', 'registered_models', 'model_versions') AND relkind = 'r'
  AND relnamespace = 'public'::regnamespace ORDER BY relname \gexec
SELECT format('SELECT %L, version_num FROM alembic_version', 'alembic_version') WHERE to_regclass('alembic_version') IS NOT NULL \gexec
SQL
}

mlflow_sources_sql() {
  cat <<'SQL'
SELECT 'SELECT name, version, source, (SELECT artifact_uri FROM runs WHERE runs.run_uuid = model_versions.run_id)
        FROM model_versions ORDER BY 1, 2' WHERE to_regclass('model_versions') IS NOT NULL \gexec
SQL
}

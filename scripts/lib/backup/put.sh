# Puts a backup back. Sourced by tool.sh.

# contents: "name<TAB>number" of what is in the servers already, by which restore decides whether they are empty.
contents() {
  sql -v mlflow="$MLFLOW_DB" <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I.%I', 'table ' || relname, nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE nspname = :'schema' AND relkind IN ('r', 'p') AND NOT relispartition
  AND relname NOT IN ('schema_history', 'schema_settings') ORDER BY relname \gexec
SELECT 'mlflowDatabase', count(*) FROM pg_database WHERE datname = :'mlflow';
SQL
  if sql -d "$MLFLOW_DB" -c 'SELECT 1' >/dev/null 2>&1; then
    sql -d "$MLFLOW_DB" <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I', 'mlflow ' || relname, relname) FROM pg_class
WHERE relname IN ('runs', 'registered_models') AND relkind = 'r' AND relnamespace = 'public'::regnamespace \gexec
SELECT $$SELECT 'mlflow experiments', count(*) FROM experiments WHERE experiment_id <> 0$$
WHERE to_regclass('public.experiments') IS NOT NULL \gexec
SQL
  fi
}

# outsiders: what in other schemas hangs on this one and would be dropped with it.
outsiders() {
  sql <<'SQL'
SELECT DISTINCT 'view ' || v.oid::regclass || ' reads ' || t.oid::regclass
FROM pg_depend d
JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
JOIN pg_class v ON v.oid = r.ev_class
JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
WHERE t.relnamespace = to_regnamespace(format('%I', :'schema')) AND v.relnamespace <> t.relnamespace
UNION
SELECT 'table ' || c.conrelid::regclass || ' has a foreign key to ' || c.confrelid::regclass
FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid JOIN pg_class o ON o.oid = c.conrelid
WHERE c.contype = 'f' AND t.relnamespace = to_regnamespace(format('%I', :'schema'))
  AND o.relnamespace <> t.relnamespace AND o.relnamespace::regnamespace::text NOT LIKE '\_timescaledb%'
UNION
SELECT 'object ' || pg_describe_object(d.classid, d.objid, d.objsubid) || ' uses ' || pg_describe_object(d.refclassid, d.refobjid, 0)
FROM pg_depend d
JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND d.objid = g.oid
LEFT JOIN pg_class gc ON gc.oid = g.tgrelid
WHERE p.pronamespace = to_regnamespace(format('%I', :'schema')) AND d.deptype = 'n'
  AND (gc.oid IS NULL OR gc.relnamespace <> p.pronamespace)
  AND d.classid IN ('pg_trigger'::regclass, 'pg_attrdef'::regclass)
ORDER BY 1;
SQL
}

put_objects() {
  s3_alias
  bucket_exists || mcli --quiet mb "ml/$S3_BUCKET" >/tmp/mcli.out 2>&1 ||
    fail "bucket '$S3_BUCKET' could not be made: $(tail -n 1 /tmp/mcli.out)"
  [ -n "$(find /backup/bucket -type f -print -quit)" ] || return 0
  mcli mirror --quiet --overwrite /backup/bucket "ml/$S3_BUCKET" >/tmp/mcli.out 2>&1 ||
    fail "objects could not be put into bucket '$S3_BUCKET': $(tail -n 1 /tmp/mcli.out)"
}

# missing_roles: those that own or may use something in the backup and are not on the server.
missing_roles() {
  while IFS= read -r role; do
    [ "$(sql -v role="$role" <<<"SELECT count(*) FROM pg_roles WHERE rolname = :'role';")" = 1 ] || echo "$role"
  done </backup/postgres/roles.tsv
}

make_roles() {
  local role
  missing_roles | while IFS= read -r role; do
    sql -v role="$role" <<<'CREATE ROLE :"role" NOLOGIN;' || exit 1
  done
}

# put_rows TIMESCALE VECTOR VECTOR_SCHEMA RESTORE_MODE: drops the schema and puts the backup's in its place, in one transaction.
put_rows() {
  local timescale=$1 vector=$2 vector_schema=$3 mode=$4
  make_roles
  [ -z "$timescale" ] || sql -v version="$timescale" <<<"CREATE EXTENSION IF NOT EXISTS timescaledb VERSION :'version';" 2>/dev/null ||
    fail "TimescaleDB $timescale could not be created"
  [ -z "$vector" ] || sql -v at="${vector_schema:-public}" <<<'CREATE EXTENSION IF NOT EXISTS vector SCHEMA :"at";' 2>/dev/null ||
    fail "pgvector could not be created"
  if [ "$mode" = database ]; then
    sql <<<'SELECT timescaledb_pre_restore();' >/dev/null 2>/tmp/put.err || fail "$(cat /tmp/put.err)"
    trap leave_restore_mode EXIT
  fi
  statements "$timescale" | sql >/dev/null 2>/tmp/put.err || fail "$(grep -m 1 -E 'ERROR|FATAL|error:' /tmp/put.err || tail -n 1 /tmp/put.err)"
  if [ "$mode" = database ]; then
    trap - EXIT
    leave_restore_mode
  fi
  sql <<<'ANALYZE;' >/dev/null 2>&1 || true
}

leave_restore_mode() {
  sql <<<'SELECT timescaledb_post_restore();' >/dev/null 2>/tmp/put.err || fail "$(cat /tmp/put.err)"
}

statements() {
  local table column micros
  cd /backup/postgres || return
  # The trigger belongs to a hypertable and is made with it.
  pg_restore -l ml_learning.dump | grep -v ' ts_insert_blocker ' >/tmp/contents.list
  echo 'BEGIN;'
  echo "SET LOCAL lock_timeout = '30s';"
  echo "SET LOCAL client_min_messages = warning;"
  # A hypertable is only forgotten when it is dropped outside of restore mode.
  [ -z "$1" ] || echo "SET LOCAL timescaledb.restoring = off;"
  echo "DROP SCHEMA IF EXISTS $ML_SCHEMA CASCADE;"
  [ -z "$1" ] || echo "SET LOCAL timescaledb.restoring = on;"
  pg_restore -L /tmp/contents.list -f - ml_learning.dump
  if [ -n "$1" ]; then
    echo "SET LOCAL timescaledb.restoring = off;"
    echo "SELECT extnamespace::regnamespace AS timescale FROM pg_extension WHERE extname = 'timescaledb' \\gset"
    while IFS=$'\t' read -r table column micros; do
      echo "SELECT :timescale.create_hypertable('$ML_SCHEMA.$table', '$column', chunk_time_interval => $micros::bigint, create_default_indexes => false);"
      echo "COPY $ML_SCHEMA.$table FROM stdin;"
      gzip -dc "hypertables/$table.gz"
      echo '\.'
    done <hypertables.tsv
  fi
  echo 'COMMIT;'
}

# put_mlflow: restores beside the database that is there and swaps the names, so that a failure changes nothing.
put_mlflow() {
  local fresh=${MLFLOW_DB}_restoring old=${MLFLOW_DB}_replaced
  sql -v fresh="$fresh" <<'SQL'
\getenv password MLFLOW_DB_PASSWORD
SELECT 'SET log_statement = none' WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec
SELECT format('CREATE ROLE mlflow LOGIN PASSWORD %L', :'password')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mlflow') \gexec
DROP DATABASE IF EXISTS :"fresh" WITH (FORCE);
CREATE DATABASE :"fresh" OWNER mlflow TEMPLATE template0;
SQL
  pg_restore -d "$fresh" --single-transaction --exit-on-error /backup/mlflow/mlflow.dump 2>/tmp/put.err ||
    fail "MLflow's database: $(grep -m 1 error: /tmp/put.err)"
  sql -v fresh="$fresh" -v old="$old" -v mlflow="$MLFLOW_DB" <<'SQL' >/dev/null
-- TimescaleDB warns of its background workers, which MLflow's database has none of.
SET client_min_messages = error;
SELECT EXISTS (SELECT FROM pg_database WHERE datname = :'mlflow') AS there \gset
DROP DATABASE IF EXISTS :"old" WITH (FORCE);
BEGIN;
\if :there
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'mlflow';
ALTER DATABASE :"mlflow" RENAME TO :"old";
\endif
ALTER DATABASE :"fresh" RENAME TO :"mlflow";
COMMIT;
DROP DATABASE IF EXISTS :"old" WITH (FORCE);
REVOKE ALL ON DATABASE :"mlflow" FROM PUBLIC;
SQL
}

#!/usr/bin/env bash
# Makes the extensions, the role ml_infra and the role and database mlflow. Idempotent.
set -euo pipefail

die() {
  echo "database-setup: $*" >&2
  exit 1
}

for name in postgres_password ml_infra_postgres_password mlflow_db_password; do
  [ -s "/run/secrets/$name" ] || die "found no /run/secrets/$name; start it with scripts/stack up"
done
PGPASSWORD=$(cat /run/secrets/postgres_password)
export PGPASSWORD PGAPPNAME=ml-infra/database-setup PGCONNECT_TIMEOUT=5

tries=0
until said=$(psql -XAtqc 'SELECT 1' 2>&1); do
  case "$said" in
    *"authentication failed"*)
      die "$PGHOST:$PGPORT refused POSTGRES_PASSWORD for '$PGUSER' (28P01): the database was made with another; bring back that .env.sops, or correct it with scripts/secrets edit" ;;
    *"does not exist"* | *"no pg_hba.conf entry"*) die "$PGHOST:$PGPORT: $(sed -n 's/.*FATAL: *//p' <<<"$said" | head -n 1)" ;;
  esac
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || die "$PGHOST:$PGPORT did not answer within 60 s: $(tail -n 1 <<<"$said")"
  sleep 2
done
said=$(psql -Xq -v VERBOSITY=terse -f /setup/database.sql 2>&1) || {
  code=$?
  die "$(grep -m 1 -i 'error\|fatal' <<<"$said" || echo "psql ended with $code"); run it with a user who may create roles and databases"
}
grep -v '^$' <<<"$said" | sed 's/^psql:[^ ]* *//' || true

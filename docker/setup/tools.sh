#!/usr/bin/env bash
# Runs mc, psql or redis-cli with the credentials of /run/secrets.
set -euo pipefail

secret() { cat "/run/secrets/$1"; }

tool=$1
shift
case "$tool" in
  mc)
    MC_HOST_minio="${OBJECTSTORAGE_URL%%://*}://$(secret minio_root_user):$(secret minio_root_password)@${OBJECTSTORAGE_URL#*://}"
    export MC_HOST_minio
    exec "$(command -v mcli || command -v minio-client)" --config-dir /tmp/mc "$@"
    ;;
  psql)
    PGPASSWORD=$(secret postgres_password)
    export PGPASSWORD PGAPPNAME=ml-infra/tools
    exec psql "$@"
    ;;
  redis-cli)
    REDISCLI_AUTH=$(secret redis_password)
    export REDISCLI_AUTH
    exec redis-cli -h "$REDIS_HOST" "$@"
    ;;
  *)
    echo "tools: does not know '$tool' but only mc, psql and redis-cli" >&2
    exit 2
    ;;
esac

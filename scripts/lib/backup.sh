# What scripts/backup, scripts/restore, scripts/rollback and scripts/lib/check-restored.sh share. Source it.
# Servers are spoken to from the tools image, inside the stack's network, so the host needs only Docker.

chosen_tools=${TOOLS_IMAGE:-}
die() {
  echo "${0##*/}: $*" >&2
  exit 1
}
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$ROOT/scripts/lib/docker.sh"
TOOLS_IMAGE=${chosen_tools:-$TOOLS_IMAGE}
MANIFEST=manifest.json
FORMAT=1

say() {
  echo "${0##*/}: $*" >&2
}

# Calls the script again with the credentials in its environment when they are only in .env.sops.
need_secrets() {
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ -z "${BACKUP_HAS_SECRETS:-}" ] &&
    [ -f "$STACK_DIR/.env.sops" ] && [ -x "$ROOT/scripts/secrets" ]; then
    BACKUP_HAS_SECRETS=1 exec "$ROOT/scripts/secrets" exec -- "$0" "$@"
  fi
  [ -n "${POSTGRES_PASSWORD:-}" ] ||
    die "POSTGRES_PASSWORD was not set but is needed to reach the database; run scripts/secrets init, or set it"
}

load_backup_settings() {
  load_settings
  DOCKER_NETWORK=${DOCKER_NETWORK:-$STACK_NAME-network}
  POSTGRES_USER=${POSTGRES_USER:-detektor}
  POSTGRES_DB=${POSTGRES_DB:-detektor}
  MLFLOW_DB=${MLFLOW_DB:-mlflow}
  ML_SCHEMA=${ML_SCHEMA:-ml_learning}
  OBJECTSTORAGE_URL=${OBJECTSTORAGE_URL:-http://$STACK_NAME-minio:9000}
  OBJECTSTORAGE_BUCKET=${OBJECTSTORAGE_BUCKET:-mlflow-artifacts}
  [[ $ML_SCHEMA =~ ^[a-z_][a-z0-9_]*$ ]] ||
    die "ML_SCHEMA was '$ML_SCHEMA' but must be lower-case letters, digits and _; correct it"
}

backup_settings_help() {
  cat <<'TEXT'
Settings, from the environment:
  STACK_NAME            detektor: prefix of the containers and of the network
  BACKUP_ROOT           /opt/detektor/backups
  POSTGRES_HOST, POSTGRES_SERVER_PORT, POSTGRES_USER, POSTGRES_DB
                        ${STACK_NAME}-postgres, 5432, detektor, detektor
  MLFLOW_DB, ML_SCHEMA  mlflow, ml_learning
  REDIS_HOST            ${STACK_NAME}-redis
  OBJECTSTORAGE_URL, OBJECTSTORAGE_BUCKET
                        http://${STACK_NAME}-minio:9000, mlflow-artifacts
  DOCKER_NETWORK, TOOLS_IMAGE
                        ${STACK_NAME}-network, ml-infra/tools:1
Credentials come from .env.sops through scripts/secrets, or from the variables named in .env.template.
TEXT
}

need_tools() {
  need_docker
  docker image inspect "$TOOLS_IMAGE" >/dev/null 2>&1 ||
    die "image '$TOOLS_IMAGE' was not found but is needed; run scripts/images"
}

need_network() {
  docker network inspect "$DOCKER_NETWORK" >/dev/null 2>&1 ||
    die "network '$DOCKER_NETWORK' was not found but is where the servers are; run scripts/stack up, or set STACK_NAME"
}

# run_tools DIR MODE COMMAND...: runs scripts/lib/backup/tool.sh in the tools image with DIR at /backup (ro or rw).
# Credentials go in through stdin: docker inspect shows none.
run_tools() {
  local dir=$1 mode=$2
  shift 2
  printf '%s=%s\n' PGPASSWORD "$POSTGRES_PASSWORD" \
    MLFLOW_DB_PASSWORD "${MLFLOW_DB_PASSWORD:-}" \
    REDISCLI_AUTH "${ML_INFRA_REDIS_PASSWORD:-}" \
    S3_KEY "${MINIO_ROOT_USER:-${ML_INFRA_OBJECTSTORAGE_ACCESS_KEY:-}}" \
    S3_SECRET "${MINIO_ROOT_PASSWORD:-${ML_INFRA_OBJECTSTORAGE_SECRET_KEY:-}}" |
    docker run --rm -i --init --network "$DOCKER_NETWORK" --user "$(id -u):$(id -g)" \
      --label dev.mlinfra.stack="$STACK_NAME" \
      -e HOME=/tmp -e PGHOST="$POSTGRES_HOST" -e PGPORT="${POSTGRES_SERVER_PORT:-5432}" \
      -e PGUSER="$POSTGRES_USER" -e PGDATABASE="$POSTGRES_DB" -e PGCONNECT_TIMEOUT=10 -e PGAPPNAME="ml-infra/${0##*/}" \
      -e MLFLOW_DB="$MLFLOW_DB" -e ML_SCHEMA="$ML_SCHEMA" -e REDIS_HOST="$REDIS_HOST" \
      -e S3_URL="$OBJECTSTORAGE_URL" -e S3_BUCKET="$OBJECTSTORAGE_BUCKET" \
      -v "$ROOT/scripts:/ml-infra/scripts:ro" -v "$dir:/backup:$mode" \
      --entrypoint bash "$TOOLS_IMAGE" /ml-infra/scripts/lib/backup/tool.sh "$@"
}

# image_tag CONTAINER: the tag of its image, or nothing.
image_tag() {
  docker inspect -f '{{.Config.Image}}' "$1" 2>/dev/null | sed -n 's/.*:\([^:/]*\)$/\1/p'
}

running() {
  [ "$(docker inspect -f '{{.State.Running}}' "$1" 2>/dev/null)" = true ]
}

# await_healthy CONTAINER: waits up to three minutes for its health check, where it has one.
await_healthy() {
  local health
  for _ in {1..180}; do
    health=$(docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}' "$1")
    [ "$health" != healthy ] || return 0
    sleep 1
  done
  die "$1 was '$health' after three minutes but must be healthy; look at docker logs $1"
}

# confirm QUESTION: asks on the terminal unless --yes was given.
confirm() {
  local answer
  [ "${YES:-}" != yes ] || return 0
  [ -t 0 ] || die "was not told --yes and there is no terminal to ask on; add --yes when you are sure"
  read -r -p "${0##*/}: $1 [y/N] " answer
  [[ $answer =~ ^[yY] ]] || die "nothing was changed"
}

# human BYTES
human() {
  numfmt --to=iec --suffix=B "$1" 2>/dev/null || echo "$1 B"
}

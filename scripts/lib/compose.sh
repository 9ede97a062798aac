# Calls Compose with the files of this stack. Source it after settings.sh.

compose_files() {
  local features="docker/features/minio.yml docker/features/mlflow.yml docker/features/monitoring.yml
    docker/features/tools.yml docker/features/order.yml"
  if [ "$STACK_PARTS" = features ]; then
    echo "$features docker/features/existing.yml"
  else
    echo "docker/base.yml $features docker/whole.yml"
  fi
}

compose() {
  local file files=()
  for file in $(compose_files); do files+=(--file "$ROOT/$file"); done
  docker compose --project-directory "$ROOT" --project-name "$STACK_NAME" --ansi never "${files[@]}" "$@"
}

# One line a container: service, container, state, health, exit code, id.
containers() {
  local ids
  ids=$(docker ps -aq --filter "label=com.docker.compose.project=$STACK_NAME" --filter label=com.docker.compose.oneoff=False)
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086
  docker inspect --format \
    '{{index .Config.Labels "com.docker.compose.service"}} {{.Name}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}-{{end}} {{.State.ExitCode}} {{.ID}}' \
    $ids 2>/dev/null | sed 's| /| |' | sort
}

# good, bad or wait: verdict SERVICE STATE HEALTH EXITCODE
verdict() {
  case "$1 $2 $3 $4" in
    *-setup\ exited\ *\ 0) echo good ;;
    *-setup\ exited\ *) echo bad ;;
    *-setup\ *) echo wait ;;
    *\ running\ healthy\ * | *\ running\ -\ *) echo good ;;
    *\ exited\ * | *\ dead\ *) echo bad ;;
    *) echo wait ;;
  esac
}

# Prints the page of each part that has one.
pages() {
  local host=$BIND_ADDRESS
  [ "$host" != 0.0.0.0 ] || host=localhost
  echo "MLflow          http://$host:$MLFLOW_PORT"
  echo "MinIO           http://$host:$MINIO_PORT, console http://$host:$MINIO_CONSOLE_PORT"
  if [ "$STACK_PARTS" = whole ]; then
    echo "Prometheus      http://$host:$PROMETHEUS_PORT, Alertmanager http://$host:$ALERTMANAGER_PORT"
    echo "PostgreSQL      $host:$POSTGRES_PORT, database detektor"
    echo "Redis           $host:$REDIS_PORT"
  fi
  echo "ML metrics      http://$host:$EXPORTER_PORT/metrics"
}

# The settings by which a program on this machine reaches the stack, without credentials.
client_settings() {
  local host=$BIND_ADDRESS
  [ "$host" != 0.0.0.0 ] || host=127.0.0.1
  cat <<TEXT
ML_INFRA_POSTGRES_URL=jdbc:postgresql://$host:$POSTGRES_PORT/${POSTGRES_DB:-detektor}
ML_INFRA_POSTGRES_USER=ml_infra
ML_INFRA_REDIS_URL=redis://$host:$REDIS_PORT
ML_INFRA_OBJECTSTORAGE_URL=http://$host:$MINIO_PORT
ML_INFRA_OBJECTSTORAGE_BUCKET=mlflow-artifacts
ML_INFRA_MLFLOW_URL=http://$host:$MLFLOW_PORT
TEXT
}

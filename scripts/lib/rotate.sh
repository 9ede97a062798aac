# scripts/secrets rotate. Source it after settings.sh, docker.sh and secrets.sh.

. "$ROOT/scripts/lib/compose.sh"
. "$ROOT/scripts/lib/ports.sh"
. "$ROOT/scripts/lib/checkup.sh"
. "$ROOT/scripts/lib/up.sh"

rotate() {
  local yes=no dry=no answer recipients
  while [ $# -gt 0 ]; do
    case "$1" in
      --yes) yes=yes ;;
      --dry-run) dry=yes ;;
      *) die "rotate does not know '$1'; scripts/secrets --help lists the options" ;;
    esac
    shift
  done
  export_secrets
  need_docker
  need_compose
  need_running
  plan
  [ "$dry" = no ] || return 0
  if [ "$yes" = no ]; then
    [ -t 0 ] || die "rotate was not confirmed; add --yes"
    read -r -p "Go on? [y/N] " answer
    [[ $answer =~ ^[yY] ]] || die "nothing was changed"
  fi
  recipients=$(sops_recipients "$(secrets_file)" | tr ' ' ',')
  renew_secrets "$recipients"
  if [ "$STACK_PARTS" = whole ]; then
    change_administrator
  fi
  mv "$(secrets_file).next" "$(secrets_file)"
  echo "$(secrets_file) has new credentials under a new data key"
  restart_with_secrets
  echo "rotated; services that use the old credentials must start anew with the new ones"
}

# The system's own credentials are not ours to change when only the features are ours.
rotated_names() {
  if [ "$STACK_PARTS" = features ]; then
    tr ' ' '\n' <<<"$SECRET_NAMES" | grep . | grep -v '^POSTGRES_PASSWORD$\|^ML_INFRA_REDIS_PASSWORD$'
  else
    tr ' ' '\n' <<<"$SECRET_NAMES" | grep .
  fi
}

restarted_services() {
  local services="minio minio-setup database-setup mlflow ml-infra-exporter"
  [ "$STACK_PARTS" = features ] || services="redis redis-exporter postgres-exporter $services"
  echo "$services"
}

need_running() {
  local name
  for name in minio mlflow $([ "$STACK_PARTS" = features ] || echo "postgres redis"); do
    [ "$(docker inspect --format '{{.State.Running}}' "$STACK_NAME-$name" 2>/dev/null)" = true ] ||
      die "$STACK_NAME-$name does not run but must be given its new credentials; run scripts/stack up first"
  done
}

plan() {
  echo "new credentials   $(rotated_names | paste -sd' ' -)"
  echo "start anew        $(restarted_services)"
  echo "go on running     $([ "$STACK_PARTS" = features ] && echo "the servers of the system" || echo "postgres prometheus alertmanager")"
}

# Encrypts old values with the new ones put in; the new ones are in the environment afterwards.
renew_secrets() {
  local name
  for name in $(rotated_names); do export "$name=$(new_secret "$name")"; done
  {
    for name in $SECRET_NAMES; do echo "$name=${!name}"; done
    # what the file has beyond ours
    decrypt_secrets | grep -v "^\($(tr -s ' \n' '|' <<<"$SECRET_NAMES" | sed 's/|$//; s/|/\\|/g')\)="  || true
  } | encrypt_secrets "$(secrets_file).next" "$1"
}

# Over the socket in the database's container: the old password is not needed.
change_administrator() {
  local said
  said=$(docker exec -i "$STACK_NAME-postgres" psql -Xq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -U detektor -d detektor 2>&1 <<SQL
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
ALTER ROLE detektor PASSWORD '$POSTGRES_PASSWORD';
SQL
  ) || {
    rm -f "$(secrets_file).next"
    die "$STACK_NAME-postgres did not take a new password for detektor and nothing was changed: $(tail -n 1 <<<"$said")"
  }
  renew_copy || echo "the copy of the password inside $STACK_NAME-postgres stays old until scripts/stack up --recreate"
}

# The file that the container's own scripts read; from memory, so that it is never on a disk of this machine.
renew_copy() {
  local folder code=0
  folder=$(mktemp -d -p /dev/shm 2>/dev/null) || return 1
  (umask 077 && printf '%s' "$POSTGRES_PASSWORD" >"$folder/postgres_password") &&
    chmod 444 "$folder/postgres_password" &&
    docker cp "$folder/postgres_password" "$STACK_NAME-postgres:/run/secrets/postgres_password" >/dev/null 2>&1 || code=$?
  rm -rf "$folder"
  return "$code"
}

restart_with_secrets() {
  local log=$ROOT/target/stack-$STACK_NAME.log
  mkdir -p "$ROOT/target"
  # shellcheck disable=SC2046
  (compose up --detach --pull never --no-deps --force-recreate $(restarted_services)) >"$log" 2>&1 </dev/null &
  watch_start $! 300 "$log"
}

# scripts/secrets rotate. Source it after settings.sh, docker.sh and secrets.sh.

. "$ROOT/scripts/lib/compose.sh"
. "$ROOT/scripts/lib/ports.sh"
. "$ROOT/scripts/lib/checkup.sh"
. "$ROOT/scripts/lib/up.sh"

rotate() {
  local yes=no dry=no answer
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
  if is_cut; then (export_secrets "$(next_file)"); else renew_secrets; fi
  export_secrets "$(next_file)"
  [ "$STACK_PARTS" = features ] || change_administrator
  cp "$(next_file)" "$(secrets_file).part"
  mv "$(secrets_file).part" "$(secrets_file)"
  echo "$(secrets_file) has new credentials under a new data key"
  restart_with_secrets
  rm "$(next_file)"
  echo "rotated; services that use the old credentials must start anew with the new ones"
}

# A rotation whose credentials were made and not yet given to all servers. From the first step to the last they
# are in a file of their own, so that one that was cut goes on with the same ones; unless others were put in since.
is_cut() {
  local next file
  next=$(next_file)
  file=$(secrets_file)
  [ -f "$next" ] && decrypt_secrets "$next" >/dev/null 2>&1 && { [ "$next" -nt "$file" ] || cmp -s "$next" "$file"; }
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

# All others are made anew; only the database is told while it runs.
need_running() {
  [ "$STACK_PARTS" = whole ] || return 0
  [ "$(docker inspect --format '{{.State.Health.Status}}' "$STACK_NAME-postgres" 2>/dev/null)" = healthy ] ||
    die "$STACK_NAME-postgres is not healthy but must be given its new password; run scripts/stack up first"
}

plan() {
  ! is_cut || echo "goes on with      the rotation that was cut, with its credentials"
  echo "new credentials   $(rotated_names | paste -sd' ' -)"
  echo "start anew        $(restarted_services)"
  echo "go on running     $([ "$STACK_PARTS" = features ] && echo "the servers of the system" || echo "postgres prometheus alertmanager")"
}

# Encrypts old values with the new ones put in, for those who can open the old ones.
renew_secrets() {
  local name recipients
  recipients=$(sops_recipients "$(secrets_file)" | tr ' ' ',')
  {
    for name in $SECRET_NAMES; do
      if rotated_names | grep -qx "$name"; then echo "$name=$(new_secret "$name")"; else echo "$name=${!name}"; fi
    done
    # what the file has beyond ours
    decrypt_secrets | grep -v "^\($(tr -s ' \n' '|' <<<"$SECRET_NAMES" | sed 's/|$//; s/|/\\|/g')\)=" || true
  } | encrypt_secrets "$(next_file)" "$recipients"
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
    die "$STACK_NAME-postgres did not take a new password for detektor and no server was changed; run it again: $(tail -n 1 <<<"$said")"
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

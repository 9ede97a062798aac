# scripts/stack up. Source it after all other parts of scripts/lib that it names.

up() {
  local install=no recreate=() patience=300
  while [ $# -gt 0 ]; do
    case "$1" in
      --existing) ;;
      --install-docker) install=yes ;;
      --recreate) recreate=(--force-recreate) ;;
      --timeout)
        [[ ${2:-} =~ ^[0-9]+$ ]] || die "--timeout was '${2:-}' but must be a number of seconds"
        patience=$2
        shift
        ;;
      *) die "up does not know '$1'; scripts/stack --help lists the options" ;;
    esac
    shift
  done
  # docker.sh gives advice with its own script's name
  [ "$install" = no ] || install_docker
  look_first
  make_secrets
  build_images
  [ "$STACK_PARTS" != features ] || need_existing
  choose_ports
  keep_settings
  start_all "$patience" ${recreate[@]+"${recreate[@]}"}
  look_after
  echo
  pages
  echo
  echo "stack '$STACK_NAME' is up; try ./quickstart --stack"
}

look_first() {
  find_docker
  check_disk "$MIN_DISK_GB"
  check_memory "$MIN_MEMORY_GB"
  check_docker
  check_secrets
  ! database_answers || check_schema
  [ "$todo" -eq 0 ] || die "$todo to do first, see the lines with NO; scripts/doctor shows all"
}

# The schema of a database that was not up before.
look_after() {
  [ "$schema_seen" = yes ] || ! database_answers || check_schema
  [ ! -f "$(next_file)" ] ||
    die "stack '$STACK_NAME' runs, but servers have old credentials since a rotation was cut; run scripts/secrets rotate to go on with it"
  [ "$todo" -eq 0 ] || die "stack '$STACK_NAME' runs, but no service can use it before the line with NO is dealt with"
}

make_secrets() {
  [ -f "$(secrets_file)" ] || "$ROOT/scripts/secrets" init
}

build_images() {
  local missing
  missing=$(missing_images | paste -sd' ' -)
  [ -n "$missing" ] || return 0
  echo "building what is missing: $missing"
  # shellcheck disable=SC2086
  "$ROOT/scripts/images" $missing
}

need_existing() {
  docker network inspect "$STACK_NAME-network" >/dev/null 2>&1 ||
    die "network '$STACK_NAME-network' was not found but --existing needs the one of the system that runs; set STACK_NAME, or run scripts/stack up without --existing"
}

start_all() {
  local patience=$1 log=$ROOT/target/stack-$STACK_NAME.log starter
  shift
  mkdir -p "$ROOT/target"
  echo "starting; the output of Compose goes to $log"
  (
    export_secrets
    compose up --detach --pull never --quiet-pull "$@"
  ) >"$log" 2>&1 </dev/null &
  starter=$!
  watch_start "$starter" "$patience" "$log"
}

# Prints each container once when it is ready, and ends when all are, one failed, or time is up.
watch_start() {
  local starter=$1 patience=$2 log=$3 began=$SECONDS seen alive waiting failed
  local service name state health code id
  seen=$(ready_already)
  while :; do
    alive=no
    ! kill -0 "$starter" 2>/dev/null || alive=yes
    waiting=""
    failed=""
    while read -r service name state health code id; do
      case "$(verdict "$service" "$state" "$health" "$code")" in
        good)
          case "$seen" in *" $id "*) continue ;; esac
          [ "$alive" = no ] || [ "$state" = running ] || continue
          seen="$seen$id "
          printf '  %-18s %s after %d s\n' "$service" "$([ "$state" = exited ] && echo 'done' || echo healthy)" $((SECONDS - began))
          ;;
        bad) failed=$name; waiting="$waiting $service" ;;
        *) waiting="$waiting $service" ;;
      esac
    done < <(containers)
    if [ "$alive" = no ]; then
      wait "$starter" || start_failed "$log" "$failed"
      [ -n "$waiting" ] || return 0
    fi
    if [ $((SECONDS - began)) -ge "$patience" ]; then
      kill "$starter" 2>/dev/null || true
      die "not healthy after $patience s:$waiting; scripts/stack logs$waiting says why, --timeout waits longer"
    fi
    sleep 1
  done
}

# The ids of the servers that are healthy before anything was done.
ready_already() {
  local service name state health code id ids=" "
  while read -r service name state health code id; do
    [ "$state" != running ] || [ "$(verdict "$service" "$state" "$health" "$code")" != good ] || ids="$ids$id "
  done < <(containers)
  echo "$ids"
}

# What went wrong, in one line: the container's own words where it has some.
start_failed() {
  local said name=$2
  [ -n "$name" ] || name=$(sed -n 's/.*container \([^ ]*\) is unhealthy.*/\1/p' "$1" | tail -n 1)
  if [ -n "$name" ]; then
    said=$(docker logs --tail 20 "$name" 2>&1 | grep . | tail -n 1) || said=""
    die "$name did not start: ${said:-without a word}"
  fi
  said=$(grep -i 'error\|fail\|no such\|invalid\|secrets:' "$1" | tail -n 1)
  die "Compose failed: ${said:-see $1}"
}

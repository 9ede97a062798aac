# The checks of scripts/doctor. Source it after docker.sh, secrets.sh, ports.sh and compose.sh.

todo=0
docker_is_there=no
docker_fault=
schema_seen=no

fine() { printf 'ok  %-12s %s\n' "$1" "$2"; }
note() { printf -- '--  %-12s %s\n' "$1" "$2"; }
must() {
  printf 'NO  %-12s %s\n' "$1" "$2"
  todo=$((todo + 1))
}

# What a function that would end the script says: words COMMAND...
words() {
  local said
  said=$("$@" 2>&1 >/dev/null) || true
  echo "${said#*: }"
}

# Once, before all other checks: a daemon that hangs is asked no second time.
find_docker() {
  docker_fault=$(words need_docker)
  [ -n "$docker_fault" ] || docker_is_there=yes
}

# The directory that Docker fills, or the nearest one above it that exists.
data_directory() {
  local root
  root=/var/lib/docker
  [ "$docker_is_there" = no ] || root=$(docker info --format '{{.DockerRootDir}}')
  while [ -n "$root" ] && [ ! -d "$root" ]; do root=${root%/*}; done
  echo "${root:-/}"
}

check_disk() {
  local root free
  root=$(data_directory)
  free=$(($(df -Pk "$root" | awk 'NR == 2 { print $4 }') / 1000 / 1000))
  if [ "$free" -ge "$1" ]; then
    fine disk "$free GB free in $root, $1 needed"
  else
    must disk "$root has $free GB free but needs $1; make room, or move Docker's data-root to a larger disk"
  fi
}

# What is available, in MB, and what the containers of this stack use already.
available_memory() {
  if [ -r /proc/meminfo ]; then
    awk '/^MemAvailable:/ { print int($2 / 1000) }' /proc/meminfo
  else
    echo $(($(sysctl -n hw.memsize) / 1000 / 1000))
  fi
}

used_by_stack() {
  local ids
  ids=
  [ "$docker_is_there" = no ] || ids=$(docker ps -q --filter "label=com.docker.compose.project=$STACK_NAME")
  [ -n "$ids" ] || { echo 0; return 0; }
  # shellcheck disable=SC2086
  docker stats --no-stream --format '{{.MemUsage}}' $ids 2>/dev/null |
    awk '{ v = $1 + 0; if ($1 ~ /GiB/) v *= 1024; else if ($1 ~ /KiB/) v /= 1024; n += v } END { print int(n) }'
}

check_memory() {
  local free used
  used=$(used_by_stack)
  free=$(($(available_memory) + used))
  if [ "$free" -ge $(($1 * 1000)) ]; then
    fine memory "$((free / 1000)) GB available$([ "$used" = 0 ] || echo ", $used MB of it used by this stack"), $1 needed"
  else
    must memory "$((free / 1000)) GB are available but $1 are needed; stop something, or add memory"
  fi
}

check_docker() {
  if [ "$docker_is_there" = no ]; then
    must docker "$docker_fault"
    return 0
  fi
  fine docker "$(docker version --format '{{.Server.Version}}') answers, 20.10 or newer needed"
  if compose_answers; then
    fine compose "$(docker compose version --short)"
  else
    must compose "$(words need_compose)"
  fi
}

# The images of this stack that are not there, as names for scripts/images.
missing_images() {
  local image
  for image in $(needed_images); do
    docker image inspect "$image" >/dev/null 2>&1 || echo "${image#ml-infra/}"
  done | sed '/^mlflow:/!s/:.*//'
}

needed_images() { compose --profile tools config --images | sort -u; }

check_images() {
  local missing
  [ "$docker_is_there" = yes ] && compose_answers || return 0
  missing=$(missing_images | paste -sd' ' -)
  if [ -z "$missing" ]; then
    fine images "all $(needed_images | wc -l | tr -d ' ') are there"
  else
    note images "not built yet: $missing; scripts/stack up builds them, or scripts/images now"
  fi
}

check_ports() {
  local name port holder chosen=""
  [ "$docker_is_there" = no ] || read_published
  for name in $(stack_ports); do
    port=${!name}
    holder=$(holder_of "$port")
    case " $chosen " in *" $port "*) holder="another part of this stack" ;; esac
    case "$holder" in
      "") fine port "$port is free for $name" ;;
      ours) fine port "$port is ours, $name" ;;
      *)
        port=$(other_port "$name" "$chosen")
        note port "${!name} is taken by $holder; scripts/stack up takes $port for $name, or set $name"
        ;;
    esac
    chosen="$chosen $port"
  done
}

check_secrets() {
  local file said
  file=$(secrets_file)
  if [ ! -f "$file" ]; then
    note secrets "$file was not found; scripts/stack up makes it, or scripts/secrets init now"
  elif said=$( (export_secrets) 2>&1); then
    fine secrets "$file opens and is complete"
    [ ! -f "$(next_file)" ] ||
      note secrets "$(next_file) is of a rotation that was cut; scripts/secrets rotate goes on with it"
  else
    must secrets "${said#*: }"
  fi
}

# The version that this release of the library makes.
newest_schema() {
  local file newest=0
  for file in "$ROOT"/ml-infra-postgres/src/main/resources/dev/mlinfra/postgres/migrations/[0-9]*.sql; do
    [ -f "$file" ] || continue
    newest=${file##*/}
  done
  echo $((10#${newest%%-*}))
}

# psql in the database's container, as its administrator over the socket.
ask_database() {
  timeout 20 docker exec -i "$POSTGRES_HOST" psql -XAtq -U "${POSTGRES_USER:-detektor}" -d "${POSTGRES_DB:-detektor}" -c "$1" 2>/dev/null
}

database_answers() { [ "$docker_is_there" = yes ] && ask_database "SELECT 1" >/dev/null; }

check_database() {
  local version
  [ "$docker_is_there" = yes ] || return 0
  if ! version=$(ask_database "SELECT current_setting('server_version')"); then
    note database "container $POSTGRES_HOST does not answer; its schema is looked at when it does"
    return 0
  fi
  fine database "PostgreSQL ${version%% *}, extensions: $(ask_database "SELECT coalesce(string_agg(extname || ' ' || extversion, ', ' ORDER BY extname), 'none') FROM pg_extension WHERE extname IN ('vector', 'timescaledb')")"
  check_schema
}

# Another release, or somebody else, may have made it.
check_schema() {
  local newest tables schema
  schema_seen=yes
  newest=$(newest_schema)
  tables=$(ask_database "SELECT count(*) FROM pg_tables WHERE schemaname = 'ml_learning'")
  if [ "$tables" = 0 ]; then
    note schema "ml_learning is not there; the first service makes it with ensureSchema()"
  elif ! schema=$(ask_database "SELECT coalesce(max(version), 0) FROM ml_learning.schema_history"); then
    must schema "ml_learning has $tables tables but no schema_history, so ml-infra did not make it; rename that schema, or use another database"
  elif [ "$schema" -gt "$newest" ]; then
    must schema "ml_learning has version $schema but this release knows $newest; use a newer release of ml-infra"
  elif [ "$schema" -lt "$newest" ]; then
    note schema "ml_learning has version $schema and this release makes $newest; back up, then the next ensureSchema() brings it up to date"
  else
    fine schema "ml_learning has version $schema, as this release"
  fi
}

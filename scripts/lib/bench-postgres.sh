# A PostgreSQL for one benchmark: a container of ml-infra/postgres:17 that is made for it and removed, or without
# Docker or that image the embedded one. Source it after bench.sh.
#
# start_postgres exports ML_INFRA_POSTGRES_*, which is all that a host needs; end_postgres ends it.

# also where a benchmark keeps its files
work=$(mktemp -d)
container=ml-infra-bench-$$

start_postgres() {
  # the host is to have PostgreSQL only
  for name in "${!ML_INFRA_@}"; do unset "$name"; done
  if docker image inspect ml-infra/postgres:17 >/dev/null 2>&1; then start_container; else start_embedded "$@"; fi
  export ML_INFRA_SERVICE=bench
}

end_postgres() {
  docker rm -f -v "$container" >/dev/null 2>&1 || true
  [ -z "${EMBEDDED_PID:-}" ] || { kill "$EMBEDDED_PID" 2>/dev/null; wait "$EMBEDDED_PID" 2>/dev/null || true; }
  rm -rf "$work"
}

start_container() {
  (umask 022 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$work/password")
  chmod 755 "$work"
  docker run -d --name "$container" -p 127.0.0.1::5432 \
    -v "$work/password:/run/secrets/postgres_password:ro" ml-infra/postgres:17 >/dev/null
  host=127.0.0.1
  port=$(docker port "$container" 5432/tcp | sed -n '1s/.*://p')
  # past the proxy of the published port, which would take its share of the processors
  if [ "$(uname)" = Linux ]; then
    host=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$container")
    port=5432
  fi
  for _ in {1..60}; do
    [ "$(docker inspect -f '{{.State.Health.Status}}' "$container")" != healthy ] || break
    sleep 1
  done
  database=detektor
  export ML_INFRA_POSTGRES_URL="jdbc:postgresql://$host:$port/detektor" ML_INFRA_POSTGRES_USER=detektor
  ML_INFRA_POSTGRES_PASSWORD=$(cat "$work/password")
  export ML_INFRA_POSTGRES_PASSWORD
  setting server "container ml-infra/postgres:17"
}

# start_embedded COMMAND...: needs those commands on PATH, since the embedded server brings none
start_embedded() {
  local line command
  for command in "$@"; do
    command -v "$command" >/dev/null ||
      die "found neither the image ml-infra/postgres:17 nor $command on PATH but needs one of them; run scripts/images, or install postgresql"
  done
  coproc EMBEDDED { exec "$JAVA_HOME/bin/java" -cp "$BENCH_CLASSPATH" dev.mlinfra.benchmarks.PostgresServer "$work/data"; }
  IFS= read -r line <&"${EMBEDDED[0]}"
  read -r port user password <<<"$line"
  host=127.0.0.1
  database=postgres
  export ML_INFRA_POSTGRES_URL="jdbc:postgresql://127.0.0.1:$port/postgres" ML_INFRA_POSTGRES_USER=$user
  export ML_INFRA_POSTGRES_PASSWORD=$password
  setting server "embedded PostgreSQL"
}

has_container() {
  [ -z "${EMBEDDED_PID:-}" ]
}

# server_version COMMAND: as that command of the server's says it
server_version() {
  if has_container; then docker exec "$container" postgres --version; else "$1" --version; fi |
    sed 's/^[^)]*) \([0-9.]*\).*/\1/'
}

# client_psql ARGUMENT...: over TCP, as a service would be; of the container where there is none on PATH
client_psql() {
  if command -v psql >/dev/null; then
    PGPASSWORD=$ML_INFRA_POSTGRES_PASSWORD psql -X -h "$host" -p "$port" -U "$ML_INFRA_POSTGRES_USER" -d "$database" "$@"
  else
    docker exec -i "$container" bash -c 'PGPASSWORD=$(cat /run/secrets/postgres_password) exec psql -X -h 127.0.0.1 -U detektor -d detektor "$@"' psql "$@"
  fi
}

# tell NAME LINE: one line to a program that was started with coproc NAME, and its answer in $answer
tell() {
  local -n program=$1
  echo "$2" >&"${program[1]}"
  IFS= read -r answer <&"${program[0]}" || die "$1 ended at '$2'; the lines above say why"
}

# freeze_postgres and thaw_postgres: every process of the server stands still, and goes on
freeze_postgres() {
  if has_container; then docker pause "$container" >/dev/null; else signal_embedded STOP; fi
}

thaw_postgres() {
  if has_container; then docker unpause "$container" >/dev/null; else signal_embedded CONT; fi
}

signal_embedded() {
  local postmaster
  postmaster=$(head -n 1 "$(find "$work/data" -name postmaster.pid)")
  kill -"$1" "$postmaster" $(pgrep -P "$postmaster")
}

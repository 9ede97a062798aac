# Where the stack's settings come from. Source it; then call load_settings.
#
# A variable that is set wins, then what `scripts/stack up` kept in the file of the stack, then the default.

if ! declare -F die >/dev/null; then
  die() {
    echo "${0##*/}: $*" >&2
    exit 2
  }
fi

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# service and default of each port
PORTS="POSTGRES_PORT=5432 REDIS_PORT=6379 MLFLOW_PORT=5000 MINIO_PORT=9000 MINIO_CONSOLE_PORT=9001
  PROMETHEUS_PORT=9090 ALERTMANAGER_PORT=9093 EXPORTER_PORT=9464 POSTGRES_EXPORTER_PORT=9187
  REDIS_EXPORTER_PORT=9121"

# of these the parts of ml-infra, which --existing starts beside a system that runs
FEATURE_PORTS="MLFLOW_PORT MINIO_PORT MINIO_CONSOLE_PORT EXPORTER_PORT"

KEPT="STACK_NAME STACK_PARTS BIND_ADDRESS MLFLOW_VERSION BACKUP_ROOT POSTGRES_HOST REDIS_HOST"

settings_help() {
  cat <<'TEXT'
Settings, from the environment:
  STACK_NAME    detektor: prefix of containers, volumes and of the network
  BIND_ADDRESS  127.0.0.1: where the ports are bound
  POSTGRES_PORT 5432, REDIS_PORT 6379, MLFLOW_PORT 5000, MINIO_PORT 9000, MINIO_CONSOLE_PORT 9001,
  PROMETHEUS_PORT 9090, ALERTMANAGER_PORT 9093, EXPORTER_PORT 9464, POSTGRES_EXPORTER_PORT 9187,
  REDIS_EXPORTER_PORT 9121
  MIN_DISK_GB 20, MIN_MEMORY_GB 4: what must be free before a start
  STACK_DIR     the root of the tree: where .env.sops, .sops.yaml and .stack.env are
  SOPS_AGE_KEY_FILE  ~/.config/ml-infra/age.key
TEXT
}

# The file with what `up` chose: .stack.env, or .stack.NAME.env when the stack has another name.
settings_file() {
  if [ "$STACK_NAME" = detektor ]; then
    echo "$STACK_DIR/.stack.env"
  else
    echo "$STACK_DIR/.stack.$STACK_NAME.env"
  fi
}

port_names() {
  local pair
  for pair in $PORTS; do echo "${pair%%=*}"; done
}

# read_kept FILE: takes what FILE has for variables that are not set.
read_kept() {
  local line name known
  known=" $KEPT $(port_names | tr '\n' ' ')"
  while IFS= read -r line; do
    name=${line%%=*}
    case "$known" in
      *" $name "*) [ -n "${!name:-}" ] || printf -v "$name" '%s' "${line#*=}" ;;
    esac
  done <"$1"
}

check_settings() {
  local name
  [[ $STACK_NAME =~ ^[a-z0-9][a-z0-9-]{0,39}$ ]] ||
    die "STACK_NAME was '$STACK_NAME' but must be 1 to 40 of a-z, 0-9 and -; correct it"
  [[ $BIND_ADDRESS =~ ^[0-9]+(\.[0-9]+){3}$ ]] ||
    die "BIND_ADDRESS was '$BIND_ADDRESS' but must be an IPv4 address of this machine; correct it"
  for name in $(port_names); do
    [[ ${!name} =~ ^[0-9]{1,5}$ ]] && [ "${!name}" -ge 1 ] && [ "${!name}" -le 65535 ] ||
      die "$name was '${!name}' but must be 1 to 65535; correct it"
  done
  for name in MIN_DISK_GB MIN_MEMORY_GB; do
    [[ ${!name} =~ ^[0-9]{1,6}$ ]] || die "$name was '${!name}' but must be a whole number of GB; correct it"
  done
}

load_settings() {
  local pair file name
  STACK_NAME=${STACK_NAME:-detektor}
  STACK_DIR=${STACK_DIR:-$ROOT}
  file=$(settings_file)
  [ ! -f "$file" ] || read_kept "$file"
  STACK_PARTS=${STACK_PARTS:-whole}
  BIND_ADDRESS=${BIND_ADDRESS:-127.0.0.1}
  MLFLOW_VERSION=${MLFLOW_VERSION:-3.17.2}
  BACKUP_ROOT=${BACKUP_ROOT:-/opt/detektor/backups}
  POSTGRES_HOST=${POSTGRES_HOST:-$STACK_NAME-postgres}
  REDIS_HOST=${REDIS_HOST:-$STACK_NAME-redis}
  MIN_DISK_GB=${MIN_DISK_GB:-20}
  MIN_MEMORY_GB=${MIN_MEMORY_GB:-4}
  for pair in $PORTS; do
    name=${pair%%=*}
    [ -n "${!name:-}" ] || printf -v "$name" '%s' "${pair#*=}"
  done
  check_settings
  export STACK_NAME STACK_DIR STACK_PARTS BIND_ADDRESS MLFLOW_VERSION BACKUP_ROOT POSTGRES_HOST REDIS_HOST
  # shellcheck disable=SC2046
  export $(port_names)
}

# Keeps the settings for the commands that follow.
keep_settings() {
  local file name
  file=$(settings_file)
  mkdir -p "$STACK_DIR"
  {
    echo "# chosen by scripts/stack up; remove the file to choose again"
    for name in $KEPT $(port_names); do echo "$name=${!name}"; done
  } >"$file.part"
  mv "$file.part" "$file"
}

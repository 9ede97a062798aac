# Finds, and when asked installs and starts, Docker, Compose and the command line tools. Source it.
#
#   need_docker            one line and exit 2 unless a Docker daemon answers
#   need_compose           the same for `docker compose`
#   need_disk GIB          the same unless Docker's directory has so much space
#   install_docker         brings Docker and Compose where they are missing (root on Debian)
#   tool_path NAME         prints the path of sops, age or age-keygen; out of ml-infra/tools if need be

COMPOSE_VERSION=5.0.2
TOOLS_IMAGE=${TOOLS_IMAGE:-ml-infra/tools:1}
DOCKER_LOG=${STACK_DOCKER_LOG:-/var/log/ml-infra-dockerd.log}

if ! declare -F die >/dev/null; then
  die() {
    echo "${0##*/}: $*" >&2
    exit 2
  }
fi

tools_dir() { echo "${STACK_TOOLS:-$HOME/.cache/ml-infra/bin}"; }

plugin_dir() { echo "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins"; }

is_root_on_debian() { [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; }

has_command() { command -v "$1" >/dev/null 2>&1; }

# What to do about a missing part: a command where it can work, else words.
docker_advice() {
  if is_root_on_debian; then
    echo "run scripts/images --install-docker"
  else
    echo "$1, or as root on Debian run scripts/images --install-docker"
  fi
}

docker_answers() { has_command docker && timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

compose_answers() { has_command docker && docker compose version --short >/dev/null 2>&1; }

need_docker() {
  local answer
  has_command docker || die "found no docker command on the PATH; $(docker_advice "install Docker 20.10 or newer")"
  answer=$(timeout 20 docker version --format '{{.Server.Version}}' 2>&1) && return 0
  case "$answer" in
    *ermission\ denied*)
      die "the Docker daemon refused user '$(id -un)'; add it to the group docker, or run this as root" ;;
    *annot\ connect* | *no\ such\ file* | *refused* | "")
      [ -z "${DOCKER_HOST:-}" ] || die "the Docker daemon does not answer at DOCKER_HOST '$DOCKER_HOST'; start that one, or unset DOCKER_HOST"
      die "the Docker daemon does not answer at its socket; $(docker_advice "start it (systemctl start docker)")" ;;
    *)
      die "docker version failed: $(tail -n 1 <<<"$answer")" ;;
  esac
}

need_compose() {
  compose_answers || die "found no docker compose; $(docker_advice "install the plugin $COMPOSE_VERSION")"
}

need_disk() {
  local root free
  root=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null) || return 0
  [ -d "$root" ] || return 0
  free=$(df --output=avail -k "$root" | tail -n 1)
  [ "$free" -ge $(($1 * 1024 * 1024)) ] ||
    die "$root has $((free / 1024 / 1024)) GiB free but this needs $1; make room there (docker image prune lists what is unused)"
}

# Installs Debian packages, saying so: apt_install LOG PACKAGE...
apt_install() {
  local log=$1
  shift
  echo "installing with apt-get: $*"
  {
    DEBIAN_FRONTEND=noninteractive apt-get update &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  } >>"$log" 2>&1 </dev/null || die "apt-get could not install $*; its output is in $log"
}

# A dockerd that was killed leaves its number behind, which may be another process's by now; it would refuse to start.
forget_dead_docker() {
  local file=/var/run/docker.pid
  [ ! -f "$file" ] || [ "$(cat "/proc/$(cat "$file")/comm" 2>/dev/null)" = dockerd ] || rm -f "$file"
}

start_docker() {
  local waited=0
  mkdir -p "${DOCKER_LOG%/*}"
  if [ -d /run/systemd/system ]; then
    echo "starting Docker with systemctl"
    systemctl start docker >>"$DOCKER_LOG" 2>&1 || die "systemctl could not start docker; see journalctl -u docker"
  else
    echo "starting dockerd in its own session; its log is $DOCKER_LOG"
    forget_dead_docker
    setsid dockerd >>"$DOCKER_LOG" 2>&1 </dev/null &
  fi
  until docker_answers; do
    waited=$((waited + 1))
    [ "$waited" -le 60 ] || die "dockerd did not answer within 60 s: $(tail -n 1 "$DOCKER_LOG")"
    sleep 1
  done
}

install_docker() {
  local packages=()
  if ! docker_answers; then
    is_root_on_debian || die "--install-docker works as root on Debian only; install Docker 20.10 or newer yourself"
    [ -z "${DOCKER_HOST:-}" ] || die "DOCKER_HOST is $DOCKER_HOST and does not answer; unset it, or start that daemon"
    has_command dockerd || packages+=(docker.io)
    has_command iptables || packages+=(iptables)
    has_command debootstrap || packages+=(debootstrap)
    if ! has_command docker && apt-cache show docker-cli >/dev/null 2>&1; then packages+=(docker-cli); fi
    [ ${#packages[@]} -eq 0 ] || apt_install "$DOCKER_LOG" "${packages[@]}"
    hash -r
    docker_answers || start_docker
  fi
  echo "Docker $(docker version --format '{{.Server.Version}}') answers"
  compose_answers || install_compose
  echo "Docker Compose $(docker compose version --short) answers"
}

# Takes the Compose plugin out of the tools image, which it builds first where it is missing.
install_compose() {
  local images plugin
  images=$(dirname "${BASH_SOURCE[0]}")/../images
  plugin=$(plugin_dir)/docker-compose
  echo "Docker Compose is missing: building $COMPOSE_VERSION for $plugin"
  "$images" tools
  copy_from_tools /usr/local/bin/docker-compose "$plugin"
}

# copy_from_tools FILE TARGET: copies a file out of the tools image; the target appears whole or not at all.
copy_from_tools() {
  local container copied=0
  mkdir -p "${2%/*}"
  container=$(docker create "$TOOLS_IMAGE")
  docker cp -L "$container:$1" "$2.part" >/dev/null 2>&1 && chmod 755 "$2.part" && mv "$2.part" "$2" && copied=1
  docker rm "$container" >/dev/null
  [ "$copied" = 1 ] || die "could not copy $1 out of $TOOLS_IMAGE to $2"
}

tool_path() {
  local kept
  kept=$(tools_dir)/$1
  if [ -x "$kept" ]; then
    echo "$kept"
  elif has_command "$1"; then
    command -v "$1"
  else
    docker_answers && docker image inspect "$TOOLS_IMAGE" >/dev/null 2>&1 ||
      die "found no $1 on the PATH, nor $TOOLS_IMAGE to take it from; install it or run scripts/images tools"
    copy_from_tools "/usr/local/bin/$1" "$kept"
    echo "took $1 out of $TOOLS_IMAGE to $kept" >&2
    echo "$kept"
  fi
}

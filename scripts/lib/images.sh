# The project's images: which there are, which are out of date, how each is built. Source it after docker.sh.
# Needs here, IMAGES_LOG, NO_CACHE, BUILD_NETWORK.

SOURCE_LABEL=dev.mlinfra.source
EXPORTER_MODULES="ml-infra-core ml-infra-redis ml-infra-storage ml-infra-exporter"
EXPORTER_TARGET=$here/ml-infra-exporter/target
MIRROR_VARIABLES="GOPROXY GOSUMDB PIP_INDEX_URL"
PROXY_VARIABLES="http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY"

# One line for each image: tag, directory of docker/images, build arguments. In the order of building.
all_images() {
  cat <<'TEXT'
postgres:17 postgres
redis:7 redis
minio:2026-02-12 minio
mlflow:3.17.2 mlflow MLFLOW_VERSION=3.17.2
mlflow:2.9.2 mlflow MLFLOW_VERSION=2.9.2
prometheus:2.53 prometheus
alertmanager:0.28 alertmanager
postgres-exporter:0.17 postgres-exporter
redis-exporter:1.69 redis-exporter
exporter:0.1 exporter
seaweedfs:4.48 seaweedfs
tools:1 tools
TEXT
}

# select_images NAME...: the lines of the named images, all without a name.
select_images() {
  local name found
  [ $# -gt 0 ] || { all_images; return; }
  for name in "$@"; do
    found=$(all_images | awk -v name="${name#ml-infra/}" '$1 == name || $2 == name')
    [ -n "$found" ] || die "knows no image '$name'; scripts/images --list prints them"
    echo "$found"
  done | awk '!seen[$0]++'
}

# files_hash ROOT PATH...: of the files below, without tests and what Maven made
files_hash() {
  (
    cd "$1" || exit
    shift
    find "$@" \( -path '*/target' -o -path '*/src/test' \) -prune -o \
      -type f ! -name '.flattened-pom.xml' ! -name '*.jar' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  )
}

# Everything that the image is made of, as one short hash: source_hash DIRECTORY ARGUMENT...
source_hash() {
  local directory=$1
  shift
  {
    echo "$@"
    sed -n 's/^FROM \([^ ]*:[^ ]*\).*/\1/p' "$here/docker/images/$directory/Dockerfile" | sort -u |
      xargs -r docker image inspect --format '{{.Id}}'
    files_hash "$here/docker/images" common "$directory"
    [ "$directory" != exporter ] || files_hash "$here" pom.xml .mvn bom $EXPORTER_MODULES
  } | sha256sum | cut -c 1-16
}

is_current() {
  [ "$(docker image inspect --format "{{index .Config.Labels \"$SOURCE_LABEL\"}}" "$1" 2>/dev/null)" = "$2" ]
}

list_images() {
  local tag directory arguments state
  while read -r tag directory arguments; do
    state=no
    # shellcheck disable=SC2086 # the arguments are words
    is_current "ml-infra/$tag" "$(source_hash "$directory" $arguments 2>/dev/null)" && state=yes
    printf '%-32s %s\n' "ml-infra/$tag" "$state"
  done
}

build_images() {
  local tag directory arguments hash began
  while read -r tag directory arguments; do
    # shellcheck disable=SC2086 # the arguments are words
    hash=$(source_hash "$directory" $arguments)
    began=$SECONDS
    if [ "$NO_CACHE" = no ] && is_current "ml-infra/$tag" "$hash"; then
      echo "  ml-infra/$tag: kept"
      continue
    fi
    need_disk 4
    build_image "$tag" "$directory" "$hash" "$arguments" </dev/null
    echo "  ml-infra/$tag: built, $((SECONDS - began)) s"
  done
}

build_image() {
  local tag=$1 directory=$2 hash=$3 argument options=()
  for argument in $4; do
    options+=(--build-arg "$argument")
  done
  [ "$NO_CACHE" = no ] || options+=(--no-cache)
  echo "== ml-infra/$tag" >>"$IMAGES_LOG"
  [ "$directory" != exporter ] || package_exporter
  if ! build_context "$directory" |
    docker_build ${options[@]+"${options[@]}"} --label "$SOURCE_LABEL=$hash" -t "ml-infra/$tag" \
      -f "$directory/Dockerfile" - >>"$IMAGES_LOG" 2>&1; then
    tail -n 15 "$IMAGES_LOG" >&2
    die "could not build ml-infra/$tag; the whole output is in $IMAGES_LOG"
  fi
}

# Docker keeps the values of all but the proxies in the image's history.
refuse_credentials() {
  local name
  for name in $MIRROR_VARIABLES; do
    [[ ${!name:-} != *://*@* ]] || die "$name holds credentials, which the image's history would keep; name an address without them"
  done
}

build_context() {
  local more=()
  [ "$1" != exporter ] || more=(--transform 's#^ml-infra-exporter#exporter/ml-infra-exporter#' -C "$EXPORTER_TARGET" ml-infra-exporter.jar)
  tar -C "$here/docker/images" -c common "$1" ${more[@]+"${more[@]}"}
}

# Builds the exporter's jar, which needs a JDK and Maven.
package_exporter() {
  . "$here/scripts/lib/toolchain.sh"
  find_jdk
  find_mvn
  if ! (cd "$here" && "$MVN" -B -ntp -Dstyle.color=never -Dfast -Dmaven.test.skip=true -pl ml-infra-exporter -am package) \
    >>"$IMAGES_LOG" 2>&1 </dev/null; then
    grep '^\[ERROR\]' "$IMAGES_LOG" | head -n 5 >&2
    die "Maven could not package ml-infra-exporter; the whole output is in $IMAGES_LOG"
  fi
  [ -s "$EXPORTER_TARGET/ml-infra-exporter.jar" ] || die "Maven made no $EXPORTER_TARGET/ml-infra-exporter.jar; see $IMAGES_LOG"
}

# docker build with BuildKit where it is installed, else the classic builder; passes the mirrors and proxies on.
docker_build() {
  local name options=()
  for name in $MIRROR_VARIABLES $PROXY_VARIABLES; do
    [ -z "${!name:-}" ] || options+=(--build-arg "$name")
  done
  [ -z "$BUILD_NETWORK" ] || options+=(--network "$BUILD_NETWORK")
  if docker buildx version >/dev/null 2>&1; then
    docker build ${options[@]+"${options[@]}"} "$@"
  else
    DOCKER_BUILDKIT=0 docker build ${options[@]+"${options[@]}"} "$@"
  fi
}

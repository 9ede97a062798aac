# The two halves of ./verify. Source it after toolchain.sh and docker.sh.

# Shows one line for each module, and in the container half for each test class, while Maven runs.
progress() {
  local line
  while IFS= read -r line; do
    if [[ $line =~ ^\[INFO\]\ Building\ (.*)\ [^\ ]+\ +\[([0-9]+/[0-9]+)\]$ ]]; then
      echo "  [${BASH_REMATCH[2]}] ${BASH_REMATCH[1]}"
    elif [[ ${1:-} = classes && $line =~ Tests\ run:\ ([0-9]+),.*elapsed:\ ([0-9.]+)\ s.*\ in\ dev\.mlinfra\.(.*)$ ]]; then
      echo "        ${BASH_REMATCH[3]}: ${BASH_REMATCH[1]} in ${BASH_REMATCH[2]} s"
    elif [[ $line = chaos:\ * ]]; then
      echo "  $line"
    fi
  done
}

# Adds an attribute of all test reports: sum_of tests
sum_of() {
  find . -path '*/target/*-reports/TEST-*.xml' -exec sed -n "s/^<testsuite .* $1=\"\([0-9]*\)\".*/\1/p" {} + |
    awk '{ n += $1 } END { print n + 0 }'
}

# Every shell script must at least be one; shellcheck looks closer where it is installed. Variables go from file to file
# (SC2034, SC2154), a file that is sourced has no first line (SC2148), and "a= b=" empties both on purpose (SC1007).
check_scripts() {
  local script faults=0
  local -a scripts=()
  for script in quickstart verify bench .ci/run scripts/* scripts/lib/*.sh scripts/lib/*/*.sh docker/images/*/entrypoint docker/setup/*.sh; do
    [ -f "$script" ] || continue
    bash -n "$script" || faults=1
    scripts+=("$script")
  done
  if command -v shellcheck >/dev/null 2>&1; then
    shellcheck --severity=warning --exclude=SC1007,SC2034,SC2148,SC2154 "${scripts[@]}" || faults=1
  fi
  return "$faults"
}

show_errors() {
  grep -E '^\[ERROR\]' "$1" | grep -vE '^\[ERROR\] *$|\[Help 1\]$|re-run Maven|For more information' | head -n 40
}

# run_maven LOG SHOWN ARGUMENT...
run_maven() {
  local log=$1 shown=$2 began=$SECONDS code
  shift 2
  "$MVN" -B -ntp -Dstyle.color=never "$@" </dev/null 2>&1 | tee "$log" | progress "$shown"
  code=${PIPESTATUS[0]}
  [ "$code" -eq 0 ] || show_errors "$log"
  echo "verify: $((SECONDS - began)) s, log in $log"
  return "$code"
}

embedded_half() {
  echo "verify: the embedded half"
  run_maven target/verify.log modules -T 2 --fail-at-end verify || return 1
  [ "$(sum_of tests)" -gt 0 ] || {
    echo "verify: no test ran; something is wrong with the build"
    return 1
  }
}

# chaos SEED MINUTES
chaos() {
  echo "verify: chaos for $2 min"
  run_maven target/verify-chaos.log modules -Dfast -pl integration-tests -am -Dtest=none \
    -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=ChaosIT -Dfailsafe.failIfNoSpecifiedTests=false \
    -Dit.excludedGroups=containers -Dit.seconds=$(($2 * 60 + 900)) -Djunit.jupiter.execution.timeout.mode=disabled \
    -Dmlinfra.chaos.seed="$1" -Dmlinfra.chaos.minutes="$2" verify
}

# Docker is there, or can be brought.
can_have_docker() { docker_answers || { is_root_on_debian && [ -z "${DOCKER_HOST:-}" ]; }; }

# What continuous integration started must not outlive it; a person is glad to find it running.
end_docker() {
  local daemon
  daemon=$(cat /var/run/docker.pid) || return 0
  if [ "${CI:-}" = true ] && [ ! -d /run/systemd/system ]; then
    kill "$daemon"
    echo "verify: Docker was started for this and ends with it"
  else
    echo "verify: Docker was started and keeps running for the next time; kill $daemon ends it"
  fi
}

container_half() {
  local code ran=no
  echo "verify: the container half"
  ! docker_answers || ran=yes
  (install_docker) || return 1
  scripts/images || return 1
  run_maven target/verify-containers.log classes -Dfast -Pcontainers -pl integration-tests -am \
    -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false verify
  code=$?
  [ "$ran" = yes ] || end_docker
  return "$code"
}

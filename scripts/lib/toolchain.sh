# Finds a JDK (17 or newer) and Maven (3.8.7 or newer) for the scripts in the root. Source it.
# Sets JAVA_HOME, JAVA_VERSION (the feature number) and MVN; prints one line and exits 2 without them.

MIN_JAVA=17
MIN_MAVEN=3.8.7

die() {
  echo "${0##*/}: $*" >&2
  exit 2
}

# java_feature HOME: prints the feature number of the JDK in HOME, or nothing if there is none.
java_feature() {
  [ -x "$1/bin/javac" ] || return 0
  "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9][0-9]*\).*/\1/p'
}

is_new_enough_jdk() {
  local feature
  feature=$(java_feature "$1")
  [ -n "$feature" ] && [ "$feature" -ge "$MIN_JAVA" ]
}

jdk_on_path() {
  command -v javac >/dev/null 2>&1 || return 0
  javac -J-XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p'
}

# find_jdk [HOME]: HOME when given, else JAVA_HOME, else the JDK of the javac on PATH.
find_jdk() {
  local candidate found="" tried=""
  if [ -n "${1:-}" ]; then
    is_new_enough_jdk "$1" || die "--jdk '$1' is no JDK $MIN_JAVA or newer; name a directory that has bin/javac"
    found=$1
  fi
  for candidate in "${JAVA_HOME:-}" "$(jdk_on_path)"; do
    [ -z "$found" ] && [ -n "$candidate" ] || continue
    if is_new_enough_jdk "$candidate"; then
      found=$candidate
    else
      tried="$tried '$candidate' is JDK '$(java_feature "$candidate")';"
    fi
  done
  [ -n "$found" ] || die "needs a JDK $MIN_JAVA or newer in JAVA_HOME or on PATH;$tried get one: apt-get install openjdk-17-jdk-headless, brew install openjdk, or https://adoptium.net"
  JAVA_HOME=$found
  JAVA_VERSION=$(java_feature "$JAVA_HOME")
  export JAVA_HOME
}

# at_least A B: true if the dotted version A is B or newer.
at_least() {
  local IFS=. i
  # shellcheck disable=SC2206 # split at the dots
  local -a a=($1) b=($2)
  for i in 0 1 2; do
    [ "${a[i]:-0}" -gt "${b[i]:-0}" ] && return 0
    [ "${a[i]:-0}" -lt "${b[i]:-0}" ] && return 1
  done
  return 0
}

# find_mvn: the mvn on PATH. Call find_jdk first: Maven itself needs one.
find_mvn() {
  local how="get it: apt-get install maven, brew install maven, or https://maven.apache.org/download.cgi" version
  MVN=$(command -v mvn) || die "needs Maven $MIN_MAVEN or newer and found no mvn on PATH; $how"
  version=$("$MVN" -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  [ -n "$version" ] || die "'$MVN -v' failed; run it to see why, or $how"
  at_least "$version" "$MIN_MAVEN" || die "needs Maven $MIN_MAVEN or newer but '$MVN' is $version; $how"
  MAVEN_VERSION=$version
}

# What the benchmarks share. Source it after toolchain.sh.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BENCH_OUT=$ROOT/target/bench

bench_names() {
  find "$ROOT/benchmarks/bench" -type f -printf '%f\n' | LC_ALL=C sort
}

# bench_question NAME: its second line, which says what it measures.
bench_question() {
  sed -n '2s/^# //p' "$ROOT/benchmarks/bench/$1"
}

note() {
  echo "bench: $*" >&2
}

# build_benchmarks: compiles the module when its sources have changed; sets BENCH_CLASSPATH.
build_benchmarks() {
  build_module benchmarks
}

# build_peers: the same for what runs libraries of others beside ours.
build_peers() {
  build_module benchmarks/peers/jvm -Ppeers
}

# build_module DIRECTORY OPTION...
build_module() {
  local stamp=$ROOT/$1/target/bench.stamp now log=$BENCH_OUT/build.log
  find_jdk
  mkdir -p "$BENCH_OUT"
  now=$(cd "$ROOT" && find pom.xml .mvn bom ml-infra-* benchmarks -path '*/target' -prune -o -path '*/src/test' -prune \
    -o -type f ! -name '.flattened-pom.xml' ! -path 'benchmarks/bench/*' -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum)
  if [ "$(cat "$stamp" 2>/dev/null || true)" != "$now" ]; then
    find_mvn
    note "building"
    (cd "$ROOT" && "$MVN" -B -ntp -Dstyle.color=never -Dfast -Dmaven.test.skip=true "${@:2}" -pl "$1" -am package) >"$log" 2>&1 </dev/null ||
      die "the build failed; its output is in $log"
    echo "$now" >"$stamp"
  fi
  BENCH_CLASSPATH=$ROOT/$1/target/classes:$(cat "$ROOT/$1/target/classpath.txt")
}

# median NUMBER...
median() {
  printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# spread NUMBER...: (greatest - least) / median
spread() {
  printf '%s\n' "$@" | sort -g | awk -v m="$(median "$@")" 'NR == 1 { a = $1 } { b = $1 } END { printf "%.4f", (b - a) / m }'
}

ratio() {
  awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'
}

# ratios NAME NAME: sets RATIOS to the quotients, one by one, of two arrays of numbers.
ratios() {
  local -n over=$1 under=$2
  local i
  RATIOS=()
  for i in "${!over[@]}"; do RATIOS+=("$(ratio "${over[i]}" "${under[i]}")"); done
}

# setting NAME VALUE: remembered for the report; numbers stay numbers.
setting() {
  [[ $2 =~ ^-?[0-9]+(\.[0-9]+)?$ ]] && SETTINGS+=("\"$1\": $2") || SETTINGS+=("\"$1\": \"${2//\"/\\\"}\"")
}

# peer NAME VALUE RATIO
peer() {
  PEERS+=("\"$1\": $2")
  PEER_RATIOS+=("\"$1\": $3")
  PEER_ROWS+=("$1|$2|$3")
}

joined() {
  local IFS=,
  echo "${*//,/, }" | sed 's/,"/, "/g'
}

# new_report: forgets what the last one had; settings stay.
new_report() {
  PEERS=()
  PEER_RATIOS=()
  PEER_ROWS=()
}

# report NAME UNIT OURS LIMIT LIMIT_WHAT RATIO SPREAD: writes the file and prints the table.
report() {
  local row file=$BENCH_OUT/$1.json
  mkdir -p "$BENCH_OUT"
  cat >"$file.part" <<JSON
{"name": "$1", "unit": "$2", "ours": $3, "limit": $4, "limitWhat": "$5", "peers": {$(joined ${PEERS[@]+"${PEERS[@]}"})},
 "ratioToLimit": $6, "ratioToPeer": {$(joined ${PEER_RATIOS[@]+"${PEER_RATIOS[@]}"})}, "spread": $7,
 "settings": {$(joined ${SETTINGS[@]+"${SETTINGS[@]}"})}}
JSON
  mv "$file.part" "$file"
  printf '\n%-46s %12s %8s\n' "$1" "$2" "ratio"
  printf '%-46s %12s\n' "ours" "$3"
  printf '%-46s %12s %8s\n' "$5" "$4" "$6"
  for row in ${PEER_ROWS[@]+"${PEER_ROWS[@]}"}; do
    IFS='|' read -r name value times <<<"$row"
    printf '%-46s %12s %8s\n' "$name" "$value" "$times"
  done
  printf 'spread %s; %s\n%s\n' "$7" "$(joined ${SETTINGS[@]+"${SETTINGS[@]}"} | tr -d '"')" "$file"
}

SETTINGS=()
new_report

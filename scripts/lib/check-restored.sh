#!/usr/bin/env bash
# Compares the servers with a backup: counts, and that every row finds its object, byte for byte.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: scripts/lib/check-restored.sh DIR

Compares the servers with the backup in DIR just after it was restored: the rows of each table, the hypertables,
what MLflow counts, and each object, which is read back and compared by its SHA-256. Every artifact
of model_metadata and every model version of MLflow must find its object. Reads the whole bucket into a
temporary folder beside DIR; changes nothing.

TEXT
  backup_settings_help
}

. "$(dirname "${BASH_SOURCE[0]}")/backup.sh"
. "$(dirname "${BASH_SOURCE[0]}")/manifest.sh"
case "${1:-}" in
  -h | --help | '') usage; exit 0 ;;
esac
load_backup_settings
need_secrets "$@"
need_tools
need_network
dir=$(cd "${1%/}" && pwd) || exit 1
is_complete "$dir" || die "backup '$dir' is not whole; run scripts/backup --verify '$dir'"
umask 077
work=$(mktemp -d "$(dirname "$dir")/.check-XXXXXX")
trap 'rm -rf "$work"' EXIT

faults=0
fault() {
  echo "check-restored: $*" >&2
  faults=$((faults + 1))
}

# compare WHAT EXPECTED ACTUAL: one line for the first difference.
compare() {
  local first
  first=$(diff "$2" "$3" | grep -m 1 '^[<>]' | tr '\t' ' ' || true)
  [ -z "$first" ] || fault "$1 differ, the first at '${first#??}' ($([[ $first == '<'* ]] && echo 'in the backup' || echo 'on the server')); restore again"
}

check_rows() {
  run_tools "$dir" ro table_counts >"$work/counts"
  compare "the counts of schema $ML_SCHEMA" "$dir/postgres/counts.tsv" "$work/counts"
  run_tools "$dir" ro hypertable_state >"$work/hypertables"
  compare "the hypertables" <(cut -f 1 "$dir/postgres/hypertables.tsv") "$work/hypertables"
  run_tools "$dir" ro artifact_rows >"$work/artifacts"
}

check_objects() {
  local missing first
  run_tools "$work" rw copy_objects
  (cd "$work/bucket" && find . -type f -printf '%P\0' | xargs -0 -r sha256sum --) | LC_ALL=C sort >"$work/there"
  manifest_files "$dir" | sed -n 's/^ *{"path": "bucket\/\(.*\)", "bytes": [0-9]*, "sha256": "\(.*\)"}$/\2  \1/p' |
    LC_ALL=C sort >"$work/expected"
  LC_ALL=C comm -23 "$work/expected" "$work/there" >"$work/missing"
  orphans=$(LC_ALL=C comm -13 "$work/expected" "$work/there" | wc -l)
  missing=$(wc -l <"$work/missing")
  [ "$missing" = 0 ] || fault "$missing objects of the backup are not in the bucket, or with other bytes; the first is '$(head -n 1 "$work/missing" | cut -c 67-)'; restore again"
  rows_without_object "$OBJECTSTORAGE_BUCKET" "$work/artifacts" <"$work/there" >"$work/dangling"
  missing=$(wc -l <"$work/dangling")
  first=$(head -n 1 "$work/dangling")
  [ "$missing" -le "$(field "$dir" rowsWithoutObject)" ] ||
    fault "$missing rows of model_metadata name an object that is not there; the first is '$first'; restore again"
}

check_mlflow() {
  [ -f "$dir/mlflow/mlflow.dump" ] || return 0
  run_tools "$dir" ro mlflow_counts >"$work/mlflow"
  compare "the counts of MLflow" "$dir/mlflow/counts.tsv" "$work/mlflow"
  run_tools "$dir" ro mlflow_sources >"$work/sources"
  compare "the model versions of MLflow" "$dir/mlflow/sources.tsv" "$work/sources"
  versions_without_object "$OBJECTSTORAGE_BUCKET" "$work/sources" <"$work/there" >"$work/lost"
  [ "$(wc -l <"$work/lost")" -le "$(field "$dir" mlflowVersionsWithoutObject)" ] ||
    fault "$(wc -l <"$work/lost") model versions of MLflow have no object; the first is '$(head -n 1 "$work/lost")'; restore again"
}

check_rows
check_objects
check_mlflow
[ "$faults" = 0 ] || die "$faults faults; the servers are not what the backup in '$dir' is"
say "ok: $(wc -l <"$work/counts") tables as in the manifest, $(wc -l <"$work/artifacts") artifacts and $(wc -l <"$work/expected") objects found and compared, $(field "$dir" rowsWithoutObject) rows without object, $orphans objects more than in the backup"

# The manifest of a backup: written last, read and compared without any server. Source it after backup.sh.
# One field or file a line, each name once, so that it can be read with nothing but a shell.

json_text() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\r'/\\r}
  text=${text//$'\t'/\\t}
  printf '"%s"' "$text"
}

# file_lines DIR: a line of JSON for each file but the manifest, sorted by path.
file_lines() {
  local entry path sum size
  (
    cd "$1" || exit
    export LC_ALL=C
    find . -type f ! -path "./$MANIFEST" ! -path "./$MANIFEST.sha256" -printf '%P\0' | sort -z >"$2.paths"
    xargs -0 -r stat -c %s -- <"$2.paths" >"$2.sizes"
    xargs -0 -r sha256sum -z -- <"$2.paths" >"$2.sums"
    exec 3<"$2.sizes"
    while IFS= read -r -d '' entry; do
      read -r size <&3
      sum=${entry%% *}
      path=${entry:66}
      printf '    {"path": %s, "bytes": %s, "sha256": "%s"}\n' "$(json_path "$path")" "$size" "$sum"
    done <"$2.sums"
  )
}

# The usual path needs no escape; spare it the function's work.
json_path() {
  if [[ $1 == *[\\\"[:cntrl:]]* ]]; then json_text "$1"; else printf '"%s"' "$1"; fi
}

manifest_files() {
  sed -n '/^  "files": \[$/,/^  \]$/p' "$1/$MANIFEST" | sed -e '1d;$d' -e 's/,$//'
}

# field DIR NAME: the value of a field, or nothing for null and for one that is not there.
field() {
  sed -n "s/^ *\"$2\": \"\{0,1\}\([^\"]*[^\",]\)\"\{0,1\},\{0,1\}\$/\1/p" "$1/$MANIFEST" | sed 's/^null$//' | head -n 1
}

is_complete() {
  [ -f "$1/$MANIFEST" ] && [ -f "$1/$MANIFEST.sha256" ] && (cd "$1" && sha256sum --status -c "$MANIFEST.sha256" 2>/dev/null)
}

# verify_backup DIR: dies with one line unless every file is as the manifest says.
verify_backup() {
  local dir=$1 work format first path
  [ -d "$dir" ] || die "backup '$dir' was not found; scripts/backup --list shows those there are"
  [ -f "$dir/$MANIFEST" ] ||
    die "backup '$dir' has no $MANIFEST, so it is half-written or no backup; use another one (scripts/backup --list)"
  [ -f "$dir/$MANIFEST.sha256" ] && (cd "$dir" && sha256sum --status -c "$MANIFEST.sha256" 2>/dev/null) ||
    die "$MANIFEST of backup '$dir' does not have the digest in $MANIFEST.sha256, so it was cut or changed; use another backup"
  format=$(field "$dir" format)
  [ "$format" = "$FORMAT" ] ||
    die "backup '$dir' has format '$format' but this release reads format $FORMAT; use the scripts of the release that wrote it"
  work=$(mktemp -d)
  file_lines "$dir" "$work/now" >"$work/now"
  manifest_files "$dir" >"$work/then"
  first=$(diff "$work/then" "$work/now" | grep -m 1 '^[<>]' || true)
  if [ -n "$first" ]; then
    path=$(sed 's/.*{"path": "\(.*\)", "bytes": .*/\1/' <<<"$first")
    local was now
    was=$(grep -cF "{\"path\": \"$path\"," "$work/then" || true)
    now=$(grep -cF "{\"path\": \"$path\"," "$work/now" || true)
    rm -rf "$work"
    if [ "$now" = 0 ]; then
      die "backup '$dir' lacks the file '$path', which its manifest lists; use another backup"
    elif [ "$was" = 0 ]; then
      die "backup '$dir' has the file '$path', which its manifest does not list; remove it, or use another backup"
    fi
    die "file '$path' of backup '$dir' was changed: size or SHA-256 is not the manifest's; use another backup"
  fi
  rm -rf "$work"
  verify_rows "$dir"
}

# Every row that names an object of the bucket must find it in the backup, with the row's digest.
verify_rows() {
  local dir=$1 bucket missing
  [ -f "$dir/postgres/artifacts.tsv" ] || return 0
  missing=$(missing_objects "$dir" | wc -l)
  [ "$missing" -le "$(field "$dir" rowsWithoutObject)" ] ||
    die "backup '$dir' has $missing rows whose object is not in it but its manifest says $(field "$dir" rowsWithoutObject); use another backup"
}

# missing_objects DIR: the artifact rows whose object is not in the backup, or has another digest.
missing_objects() {
  manifest_files "$1" |
    sed -n 's/^ *{"path": "bucket\/\(.*\)", "bytes": [0-9]*, "sha256": "\(.*\)"}$/\2  \1/p' |
    rows_without_object "$(field "$1" bucketName)" "$1/postgres/artifacts.tsv"
}

# rows_without_object BUCKET ROWS <LISTING: the rows whose object the listing ("sha256  key" a line) lacks.
rows_without_object() {
  awk -F '\t' -v prefix="s3://$1/" '
    FILENAME == "-" { sum[substr($0, 67)] = substr($0, 1, 64); next }
    index($1, prefix) == 1 && sum[substr($1, length(prefix) + 1)] != $2 { print $1 }
  ' - "$2"
}

# versions_without_object BUCKET SOURCES <LISTING: the model versions of MLflow that lie in the bucket, where the
# listing has neither an object of that name nor one below it. Others cannot be listed.
versions_without_object() {
  awk -F '\t' -v bucket="s3://$1/" '
    FILENAME == "-" { key = substr($0, 67); seen[key] = 1; while (sub(/\/[^\/]*$/, "", key)) seen[key] = 1; next }
    { at = $3; sub(/\/+$/, "", at)
      if (index(at, bucket) == 1) at = substr(at, length(bucket) + 1)
      else if (!sub(/^mlflow-artifacts:\/+/, "", at)) next
      if (!(at in seen)) print $1 " version " $2 ": " $3 }
  ' - "$2"
}

# write_manifest DIR FIELDS_FILE: adds the files to the fields and puts the manifest in place at once.
write_manifest() {
  local dir=$1 fields=$2 work
  work=$(mktemp -d)
  file_lines "$dir" "$work/now" >"$work/files"
  {
    echo '{'
    cat "$fields"
    echo '  "files": ['
    sed '$!s/$/,/' "$work/files"
    echo '  ]'
    echo '}'
  } >"$work/$MANIFEST"
  (cd "$work" && sha256sum "$MANIFEST") >"$dir/$MANIFEST.sha256"
  cp "$work/$MANIFEST" "$dir/.$MANIFEST.new"
  sync "$dir/.$MANIFEST.new" "$dir/$MANIFEST.sha256" 2>/dev/null || true
  mv "$dir/.$MANIFEST.new" "$dir/$MANIFEST"
  rm -rf "$work"
}

# Copies the bucket. Sourced by tool.sh.

s3_alias() {
  export MC_CONFIG_DIR=/tmp/.mcli
  mcli --quiet alias set ml "$S3_URL" "$S3_KEY" "$S3_SECRET" --api S3v4 --path on >/tmp/mcli.out 2>&1 ||
    fail "object storage '$S3_URL' refused or did not answer: $(sed 's/<[^>]*>//g' /tmp/mcli.out | tail -n 1)"
}

bucket_exists() {
  mcli ls "ml/$S3_BUCKET" >/dev/null 2>&1
}

# bucket_size: "objects<TAB>bytes"
bucket_size() {
  s3_alias
  bucket_exists || { printf '0\t0\tmissing\n'; return; }
  mcli ls --recursive --json "ml/$S3_BUCKET" | sed -n 's/.*"size":\([0-9]*\).*/\1/p' |
    awk '{ n++; bytes += $1 } END { printf "%d\t%d\tthere\n", n, bytes }'
}

# copy_objects: brings what is new in the bucket to /backup/bucket and removes nothing there. An object that is
# deleted while it is read ends a pass with an error; the next pass no longer lists it.
copy_objects() {
  local pass
  s3_alias
  mkdir -p /backup/bucket
  bucket_exists || fail "bucket '$S3_BUCKET' was not found at $S3_URL but must be there; run scripts/stack up, or set OBJECTSTORAGE_BUCKET"
  for pass in 1 2 3 4 5; do
    if mcli mirror --quiet --overwrite "ml/$S3_BUCKET" /backup/bucket >/tmp/mcli.out 2>&1; then
      find /backup/bucket -name '*.part.minio' -delete
      return
    fi
  done
  fail "bucket '$S3_BUCKET' could not be copied in 5 passes: $(tail -n 1 /tmp/mcli.out)"
}

# Runs inside the tools image, called by run_tools of scripts/lib/backup.sh; the backup is at /backup.
# Credentials come as NAME=VALUE lines on stdin and stay in this process.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")

while IFS='=' read -r name value; do
  export "$name=$value"
done
exec </dev/null

# The message of psql, pg_dump and mcli on one line, for the caller to show.
fail() {
  echo "$*" | tr '\n' ' ' | sed 's/  */ /g; s/ $//' >&2
  echo >&2
  exit 1
}

sql() {
  PGOPTIONS='-c client_min_messages=warning' \
    psql -X -q -A -t -F "$(printf '\t')" -v ON_ERROR_STOP=1 -v schema="$ML_SCHEMA" "$@"
}

command -v mcli >/dev/null || mcli() { minio-client "$@"; } # its name in Debian

. "$here/rows.sh"
. "$here/objects.sh"
. "$here/put.sh"
. "$here/take.sh"

"$@"

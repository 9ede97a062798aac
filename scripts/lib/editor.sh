#!/usr/bin/env bash
# What scripts/secrets edit gives to sops: calls the operator's editor and looks at what it left.
# sops itself would take a file without the credentials, and call an editor that no person sits at forever.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$here/scripts/lib/settings.sh"
. "$here/scripts/lib/docker.sh"
. "$here/scripts/lib/secrets.sh"

give_up() {
  echo "$1" >"$STACK_EDITOR_SAID"
  exit 1
}

# The first fault of the text, without the text: it has credentials.
fault_in() {
  local missing
  awk '!/^[ \t]*(#.*)?$/ && !/^[A-Za-z_][A-Za-z0-9_]*=/ { print "line " NR " is not NAME=VALUE"; exit }' "$1" | grep . && return 0
  missing=$(missing_in "$(cat "$1")")
  [ -z "$missing" ] || echo "there was no value for $missing"
}

errors=/dev/null
[ ! -t 0 ] || errors=/dev/tty
while :; do
  code=0
  sh -c "$STACK_EDITOR \"\$1\"" editor "$1" 2>"$errors" || code=$?
  [ "$code" = 0 ] || give_up "the editor '$STACK_EDITOR' ended with code $code; set EDITOR to one that works"
  fault=$(fault_in "$1")
  [ -n "$fault" ] || exit 0
  [ -t 0 ] || give_up "$fault; edit it again and correct that"
  read -r -p "$fault; Enter edits it again, Ctrl-C gives up " _ </dev/tty
done

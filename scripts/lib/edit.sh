# scripts/secrets edit. Source it after settings.sh, docker.sh and secrets.sh.

# Changes a copy, which takes the place of the file when it is whole: what is cut leaves the file as it was.
edit() {
  local file folder code=0 plain
  file=$(secrets_file)
  read_secrets
  STACK_EDITOR=$(chosen_editor)
  [ -n "$STACK_EDITOR" ] || die "found no editor; set EDITOR to one"
  export STACK_EDITOR
  # sops hands the editor a temporary file; keep that in memory where the system can
  folder=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$folder'" EXIT
  cp "$file" "$folder/.env.sops"
  TMPDIR=$folder STACK_EDITOR_SAID=$folder/said SOPS_EDITOR="'$ROOT/scripts/lib/editor.sh'" \
    run_sops edit --input-type dotenv --output-type dotenv "$folder/.env.sops" 2>/dev/null || code=$?
  if [ "$code" = 200 ]; then
    echo "nothing was changed"
    return 0
  fi
  [ ! -s "$folder/said" ] || die "nothing was changed: $(cat "$folder/said")"
  [ "$code" = 0 ] || die "nothing was changed: sops edit ended with code $code; try again"
  (export_secrets "$folder/.env.sops")
  (umask 077 && cp "$folder/.env.sops" "$file.part")
  mv "$file.part" "$file"
  echo "changed; give it to the servers with scripts/stack up --recreate"
}

# The operator's editor, or the first of those that sops would look for.
chosen_editor() {
  local name
  for name in "${SOPS_EDITOR:-}" "${EDITOR:-}"; do
    [ -z "$name" ] || { echo "$name"; return 0; }
  done
  for name in vim nano vi; do
    ! has_command "$name" || { echo "$name"; return 0; }
  done
}

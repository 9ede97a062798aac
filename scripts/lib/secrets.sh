# Reads and makes the credentials in .env.sops. Source it after settings.sh and docker.sh, which has tool_path.
# Plain values are in memory and in pipes only, never in a file.

SECRET_NAMES="POSTGRES_PASSWORD ML_INFRA_POSTGRES_PASSWORD MLFLOW_DB_PASSWORD ML_INFRA_REDIS_PASSWORD
  MINIO_ROOT_USER MINIO_ROOT_PASSWORD ML_INFRA_OBJECTSTORAGE_ACCESS_KEY ML_INFRA_OBJECTSTORAGE_SECRET_KEY"

secrets_file() { echo "$STACK_DIR/.env.sops"; }

age_key_file() { echo "${SOPS_AGE_KEY_FILE:-$HOME/.config/ml-infra/age.key}"; }

# A credential of 160 bits; MinIO takes up to 40 characters, and 20 for the names of its users.
new_password() { od -An -v -tx1 -N20 /dev/urandom | tr -d ' \n'; }

new_user() { echo "ml$(od -An -v -tx1 -N9 /dev/urandom | tr -d ' \n')"; }

new_secret() {
  case "$1" in
    MINIO_ROOT_USER | ML_INFRA_OBJECTSTORAGE_ACCESS_KEY) new_user ;;
    *) new_password ;;
  esac
}

# run_sops ARGUMENT...: sops with our key, and with no other that lies around.
run_sops() {
  local sops
  sops=$(tool_path sops) || exit 2
  if [ -n "${SOPS_AGE_KEY:-}" ]; then
    SOPS_DISABLE_VERSION_CHECK=true "$sops" "$@"
  else
    SOPS_DISABLE_VERSION_CHECK=true SOPS_AGE_KEY_FILE=$(age_key_file) "$sops" "$@"
  fi
}

# Why sops failed, in one line: sops_reason CODE FILE
sops_reason() {
  local file=$2 key
  key=$(age_key_file)
  case "$1" in
    128)
      if [ -z "${SOPS_AGE_KEY:-}" ] && [ ! -r "$key" ]; then
        echo "the age key $key was not readable but opens $file; put it there, or name it in SOPS_AGE_KEY_FILE"
      else
        echo "$file was encrypted for $(sops_recipients "$file"), which is not the age key in ${SOPS_AGE_KEY:+SOPS_AGE_KEY}${SOPS_AGE_KEY:-$key}; name the right key in SOPS_AGE_KEY_FILE" |
          sed 's/AGE-SECRET-KEY-[A-Z0-9]*//g'
      fi
      ;;
    25 | 51) echo "$file was changed by hand, since its checksum is wrong; bring back the last good copy and use scripts/secrets edit" ;;
    1) echo "$file is not a file that sops wrote, since it has no sops metadata; remove it and run scripts/secrets init" ;;
    *) echo "sops failed with code $1 on $file; run sops decrypt --input-type dotenv $file to see why" ;;
  esac
}

sops_recipients() { sed -n 's/^sops_age__list_[0-9]*__map_recipient=//p' "$1" | paste -sd' ' -; }

# Prints the credentials of a file, or one line on stderr and returns 1: decrypt_secrets [FILE]
decrypt_secrets() {
  local file=${1:-$(secrets_file)} code=0
  if [ ! -f "$file" ]; then
    echo "$file was not found but holds the credentials; run scripts/secrets init" >&2
    return 1
  fi
  run_sops decrypt --input-type dotenv --output-type dotenv "$file" 2>/dev/null || code=$?
  [ "$code" -eq 0 ] || {
    sops_reason "$code" "$file" >&2
    return 1
  }
}

# Exports every credential of a file into this shell: export_secrets [FILE]
export_secrets() {
  local plain line name missing=""
  plain=$(decrypt_secrets "$@" 2>&1) || die "$plain"
  while IFS= read -r line; do
    [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || continue
    export "${line%%=*}=${line#*=}"
  done <<<"$plain"
  for name in $SECRET_NAMES; do
    [ -n "${!name:-}" ] || missing="$missing $name"
  done
  [ -z "$missing" ] || die "$(secrets_file) has no value for$missing; add it with scripts/secrets edit"
}

# Encrypts the dotenv text of stdin into FILE, which appears whole or not at all: encrypt_secrets FILE RECIPIENTS
encrypt_secrets() {
  local draft=$1.part
  (
    umask 077
    run_sops encrypt --age "$2" --input-type dotenv --output-type dotenv --filename-override .env.sops >"$draft"
  ) || {
    rm -f "$draft"
    die "sops could not encrypt for $2; check that it is an age recipient"
  }
  mv "$draft" "$1"
}

recipient_of_key() {
  local keygen
  keygen=$(tool_path age-keygen) || exit 2
  "$keygen" -y "$1" 2>/dev/null || die "$1 is not an age key; remove it, or name another in SOPS_AGE_KEY_FILE"
}

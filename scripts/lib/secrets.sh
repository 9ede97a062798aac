# Reads and makes the credentials in .env.sops. Source it after settings.sh and docker.sh, which has tool_path.
# Plain values are in memory and in pipes only, never in a file.

SECRET_NAMES="POSTGRES_PASSWORD ML_INFRA_POSTGRES_PASSWORD MLFLOW_DB_PASSWORD ML_INFRA_REDIS_PASSWORD
  MINIO_ROOT_USER MINIO_ROOT_PASSWORD ML_INFRA_OBJECTSTORAGE_ACCESS_KEY ML_INFRA_OBJECTSTORAGE_SECRET_KEY"

secrets_file() { echo "$STACK_DIR/.env.sops"; }

# What scripts/secrets rotate has not yet given to all servers.
next_file() { echo "$(secrets_file).next"; }

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
    env -u SOPS_AGE_KEY_FILE SOPS_DISABLE_VERSION_CHECK=true "$sops" "$@"
  else
    SOPS_DISABLE_VERSION_CHECK=true SOPS_AGE_KEY_FILE=$(age_key_file) "$sops" "$@"
  fi
}

# Which key opens the file, for a text: never the key itself.
key_in_use() { echo "${SOPS_AGE_KEY:+the variable SOPS_AGE_KEY}" | grep . || age_key_file; }

# The public halves of the key in use; nothing when it is no age key.
own_recipients() {
  local keygen
  keygen=$(tool_path age-keygen 2>/dev/null) || return 0
  if [ -n "${SOPS_AGE_KEY:-}" ]; then "$keygen" -y <<<"$SOPS_AGE_KEY"; else "$keygen" -y "$(age_key_file)"; fi 2>/dev/null || true
}

# Why sops failed, in one line: sops_reason CODE FILE
sops_reason() {
  local file=$2 back="bring back the last good copy (each backup has one in config/) and change it only with scripts/secrets edit"
  case "$1" in
    128) key_reason "$file" "$back" ;;
    25 | 51) echo "$file was changed by hand, since its checksum is wrong; $back" ;;
    1)
      if grep -q '^sops_\|=ENC\[' "$file"; then
        echo "$file was cut or changed by hand, since its sops metadata are not whole; $back"
      else
        echo "$file is not a file that sops wrote, since it has no sops metadata; move it away and run scripts/secrets init"
      fi
      ;;
    *) echo "sops failed with code $1 on $file; run sops decrypt --input-type dotenv $file to see why" ;;
  esac
}

# Why the key does not open the file: key_reason FILE BACK
key_reason() {
  local key own name="${SOPS_AGE_KEY:+unset it, or }name the right key in SOPS_AGE_KEY_FILE"
  key=$(age_key_file)
  if [ -z "${SOPS_AGE_KEY:-}" ] && [ ! -r "$key" ]; then
    echo "the age key $key was not readable but opens $1; put it there, or name it in SOPS_AGE_KEY_FILE"
    return 0
  fi
  key=$(key_in_use)
  own=$(own_recipients)
  if [ -z "$own" ]; then
    echo "$key is not an age key but should open $1; $name"
  elif [ -n "$(comm -12 <(sort <<<"$own") <(sops_recipients "$1" | tr ' ' '\n' | sort))" ]; then
    echo "$1 was changed by hand, since the key that it was encrypted for does not open it; $2"
  else
    echo "$1 was encrypted for $(sops_recipients "$1"), which is not the age key in $key; $name"
  fi
}

sops_recipients() { sed -n 's/^sops_age__list_[0-9]*__map_recipient=//p' "$1" | paste -sd' ' -; }

# Prints the credentials of a file, or one line on stderr and returns 1: decrypt_secrets [FILE]
decrypt_secrets() {
  local file=${1:-$(secrets_file)} code=0
  if [ ! -f "$file" ]; then
    echo "$file was not found but holds the credentials; run scripts/secrets init" >&2
    return 1
  fi
  tool_path sops >/dev/null || return 1
  run_sops decrypt --input-type dotenv --output-type dotenv "$file" 2>/dev/null || code=$?
  [ "$code" -eq 0 ] || {
    sops_reason "$code" "$file" >&2
    return 1
  }
}

# The credentials that a decrypted text has no value for: missing_in TEXT
missing_in() {
  local name
  for name in $SECRET_NAMES; do grep -q "^$name=." <<<"$1" || echo "$name"; done | paste -sd' ' -
}

# Puts the text of a file that opens into `plain`, or ends with the reason: read_secrets [FILE]
read_secrets() { plain=$(decrypt_secrets "$@" 2>&1) || die "$(tail -n 1 <<<"$plain" | sed "s/^${0##*/}: //")"; }

# Exports every credential of a file into this shell: export_secrets [FILE]
export_secrets() {
  local plain line missing
  read_secrets "$@"
  missing=$(missing_in "$plain")
  [ -z "$missing" ] || die "${1:-$(secrets_file)} has no value for $missing; add it with scripts/secrets edit"
  while IFS= read -r line; do
    [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || continue
    export "${line%%=*}=${line#*=}"
  done <<<"$plain"
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

#!/usr/bin/env bash
# Makes the bucket, its quota, the policy for it and the one user who has that policy. Idempotent.
set -euo pipefail

BUCKET=mlflow-artifacts
POLICY=ml-infra-bucket

die() {
  echo "minio-setup: $*" >&2
  exit 1
}

secret() { cat "/run/secrets/$1" 2>/dev/null || die "found no /run/secrets/$1; start it with scripts/stack up"; }

# Debian has called it by either name
client=$(command -v mcli || command -v minio-client) || die "found neither mcli nor minio-client in the tools image; run scripts/images tools"

# mc: the client without its colours; what it says goes into the log only when it fails
mc() { "$client" --quiet --no-color --config-dir /tmp/mc "$@"; }

try() {
  local said
  said=$("$@" 2>&1) || die "$(tail -n 1 <<<"$said")"
}

wait_for_server() {
  local tries=0 said
  until said=$(mc admin info minio 2>&1); do
    case "$said" in
      *"not match"* | *"does not exist"* | *denied*) die "$OBJECTSTORAGE_URL refused MINIO_ROOT_USER: the volume was made with other credentials; bring back that .env.sops, or remove the volume" ;;
    esac
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || die "$OBJECTSTORAGE_URL did not answer within 60 s: $(tail -n 1 <<<"$said")"
    sleep 2
  done
}

# What ml-infra and MLflow do in the bucket. The quota may be read only: MinIO gives the right to set it for all
# buckets or none.
policy() {
  cat <<TEXT
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow",
     "Action": ["s3:CreateBucket", "s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
     "Resource": ["arn:aws:s3:::$BUCKET"]},
    {"Effect": "Allow",
     "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
     "Resource": ["arn:aws:s3:::$BUCKET/*"]},
    {"Effect": "Allow",
     "Action": ["admin:GetBucketQuota"],
     "Resource": ["arn:aws:s3:::*"]}
  ]
}
TEXT
}

has_quota() { mc quota info --json "minio/$BUCKET" 2>/dev/null | grep -q '"quota": *[1-9]'; }

# The users who have the policy and are not the present one: those of credentials that were rotated.
remove_former_users() {
  local user
  mc admin user ls --json minio | sed -n "/\"policyName\":\"[^\"]*$POLICY/s/.*\"accessKey\":\"\([^\"]*\)\".*/\1/p" |
    while read -r user; do
      [ "$user" = "$access_key" ] || {
        try mc admin user rm minio "$user"
        echo "removed a former user of the bucket"
      }
    done
}

root_user=$(secret minio_root_user)
root_password=$(secret minio_root_password)
access_key=$(secret objectstorage_access_key)
secret_key=$(secret objectstorage_secret_key)
export MC_HOST_minio="${OBJECTSTORAGE_URL%%://*}://$root_user:$root_password@${OBJECTSTORAGE_URL#*://}"

wait_for_server
try mc mb --ignore-existing "minio/$BUCKET"
if has_quota; then
  echo "bucket $BUCKET is there, with a quota"
else
  try mc quota set "minio/$BUCKET" --size "$BUCKET_QUOTA"
  echo "bucket $BUCKET has a quota of $BUCKET_QUOTA"
fi
policy >/tmp/policy.json
try mc admin policy create minio "$POLICY" /tmp/policy.json
# over stdin: an argument would show in the list of processes
said=$(printf '%s\n%s\n' "$access_key" "$secret_key" | mc admin user add minio 2>&1) || die "$(tail -n 1 <<<"$said")"
if ! said=$(mc admin policy attach minio "$POLICY" --user "$access_key" 2>&1); then
  case "$said" in
    *"already"*) ;;
    *) die "$(tail -n 1 <<<"$said")" ;;
  esac
fi
remove_former_users
echo "bucket user is there, with the policy $POLICY"

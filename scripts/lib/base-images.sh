# Makes debian:bookworm-slim and debian:trixie-slim: pulled, else by debootstrap. Source it after docker.sh.
# Needs IMAGES_LOG, NO_CACHE.

BASE_SUITES="bookworm trixie"
PULL_SECONDS=${ML_INFRA_PULL_SECONDS:-30}
HOST_CERTIFICATES=/usr/local/share/ca-certificates
CERTIFICATES_LABEL=dev.mlinfra.certificates

make_base_images() {
  local suite
  for suite in $BASE_SUITES; do
    make_base_image "$suite"
  done
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

make_base_image() {
  local suite=$1 tag=debian:$1-slim began=$SECONDS how=kept
  if [ "$NO_CACHE" = yes ] || ! has_image "$tag"; then
    need_disk 2
    if timeout "$PULL_SECONDS" docker pull "$tag" >>"$IMAGES_LOG" 2>&1; then
      how=pulled
    else
      bootstrap_base "$suite" "$tag"
      how="made by debootstrap"
    fi
  fi
  add_certificates "$tag"
  echo "  $tag: $how, $((SECONDS - began)) s"
}

bootstrap_base() {
  local suite=$1 tag=$2 root
  [ "$(id -u)" = 0 ] ||
    die "no registry answered for $tag, and debootstrap needs root; run this as root, or docker load that image"
  if ! has_command debootstrap; then
    is_root_on_debian || die "no registry answered for $tag, and debootstrap is missing; install it, or docker load that image"
    apt_install "$IMAGES_LOG" debootstrap
  fi
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/ml-infra-$suite.XXXXXX")
  if bootstrap_root "$suite" "$root" >>"$IMAGES_LOG" 2>&1 &&
    tar -C "$root" --numeric-owner -c . | docker import --change 'CMD ["bash"]' - "$tag" >>"$IMAGES_LOG" 2>&1; then
    rm -rf "$root"
  else
    rm -rf "$root"
    die "debootstrap could not make $tag; see $IMAGES_LOG, or name a mirror in DEBIAN_MIRROR"
  fi
}

# The same choices as the official slim image: no documentation, no package lists, no services.
bootstrap_root() {
  local suite=$1 root=$2 mirror
  debootstrap --variant=minbase "$suite" "$root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} || return 1
  mirror=$(awk '$1 == "deb" { print $2; exit }' "$root/etc/apt/sources.list")
  mirror=${mirror%/}
  cat >"$root/etc/apt/sources.list" <<TEXT
deb $mirror $suite main
deb $mirror $suite-updates main
deb ${DEBIAN_SECURITY_MIRROR:-$mirror-security} $suite-security main
TEXT
  printf 'path-exclude %s\n' '/usr/share/doc/*' '/usr/share/info/*' '/usr/share/man/*' '/usr/share/locale/*' \
    >"$root/etc/dpkg/dpkg.cfg.d/slim"
  echo 'path-include /usr/share/doc/*/copyright' >>"$root/etc/dpkg/dpkg.cfg.d/slim"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  echo 'Acquire::Languages "none";' >"$root/etc/apt/apt.conf.d/slim"
  chroot "$root" apt-get update || return 1
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -y upgrade || return 1
  chroot "$root" apt-get clean
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/log/* "$root"/usr/share/man/* \
    "$root"/usr/share/info/* "$root"/usr/share/locale/* "$root"/etc/machine-id "$root"/etc/resolv.conf "$root"/etc/hostname
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  mkdir -p "$root/var/log/apt"
}

# Behind a proxy that opens TLS, build steps must trust what the host trusts.
add_certificates() {
  local tag=$1 wanted context
  compgen -G "$HOST_CERTIFICATES/*.crt" >/dev/null || return 0
  wanted=$(cat "$HOST_CERTIFICATES"/*.crt | sha256sum | cut -c 1-16)
  [ "$(docker image inspect --format "{{index .Config.Labels \"$CERTIFICATES_LABEL\"}}" "$tag")" != "$wanted" ] || return 0
  context=$(mktemp -d)
  cp "$HOST_CERTIFICATES"/*.crt "$context/"
  printf 'FROM %s\nCOPY *.crt %s/\nLABEL %s=%s\n' "$tag" "$HOST_CERTIFICATES" "$CERTIFICATES_LABEL" "$wanted" >"$context/Dockerfile"
  if docker_build -t "$tag" "$context" >>"$IMAGES_LOG" 2>&1; then
    rm -rf "$context"
  else
    rm -rf "$context"
    die "could not add the certificates of $HOST_CERTIFICATES to $tag; see $IMAGES_LOG"
  fi
}

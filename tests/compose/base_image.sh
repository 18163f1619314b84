# shellcheck shell=bash
# The base image: the published one, or a stand-in from this machine's own package sources where no registry is reached.

# base_image NAME: false if it is neither here nor to be had.
base_image() {
  ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  ! timeout 60 docker pull -q "$1" >/dev/null 2>&1 || return 0
  echo "   $1 cannot be pulled: a stand-in from this machine's package sources"
  stand_in "$1"
}

stand_in() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/jkproxy/base-image.tar
  mkdir -p "${cache%/*}"
  if [[ -z $(find "$cache" -mtime -1 2>/dev/null) ]]; then
    make_root "$cache.new" || return 1
    mv "$cache.new" "$cache"
  fi
  docker import -c 'CMD ["bash"]' "$cache" "$1" >/dev/null
}

# What the published slim image leaves out is left out here, too. Sources and certificates are those of this machine.
# shellcheck disable=SC2016
make_root() {
  local certificates=/usr/local/share/ca-certificates sources=/etc/apt/sources.list.d/debian.sources
  [[ -e $sources ]] || sources=/etc/apt/sources.list
  mkdir -p "$certificates"
  apt-config dump | grep '^Acquire::Check-' >"$1.apt" || true
    mmdebstrap --variant=minbase --format=tar --include=ca-certificates --aptopt="$1.apt" \
      --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' \
      --customize-hook="copy-in $certificates /usr/local/share" \
      --customize-hook='chroot "$1" update-ca-certificates' \
      --customize-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d"; chmod +x "$1/usr/sbin/policy-rc.d"' \
      bookworm "$1" - <"$sources" >"$1.log" 2>&1 || { tail -n 5 "$1.log" >&2; return 1; }
}

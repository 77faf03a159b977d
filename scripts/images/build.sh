#!/bin/sh
# Makes the base images that Dockerfile and docker-compose.yml name, from Debian packages, for a machine
# with podman that reaches a Debian mirror but no image registry. Needs root, debootstrap, podman and npm.
# The mirror is DEBIAN_MIRROR, or the first one in apt's sources.
set -eu
cd "$(dirname "$0")"
export CONTAINERS_CONF="${CONTAINERS_CONF:-$PWD/containers.conf}"

fail() { echo "images: $1" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "found no root; expected it, as debootstrap makes device files. Run with sudo."
for program in podman debootstrap npm; do
  command -v "$program" >/dev/null || fail "found no $program; expected it: apt-get install podman podman-compose runc iptables debootstrap"
done
node=../../node_modules/node/bin/node
[ -x "$node" ] || fail "found no pinned node; expected node_modules. Run: node scripts/install-if-needed.mjs"

mirror=${DEBIAN_MIRROR:-$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ' || true)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! podman image exists localhost/strangler-debian:bookworm; then
  echo "images: debian bookworm by debootstrap"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/debian" "${mirror:-http://deb.debian.org/debian}" >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; fail "debootstrap failed; expected a Debian mirror at ${mirror:-http://deb.debian.org/debian} (set DEBIAN_MIRROR)."; }
  rm -rf "$work/debian/var/cache/apt/archives"/*.deb
  tar -C "$work/debian" -c . | podman import --quiet - localhost/strangler-debian:bookworm >/dev/null
  rm -rf "$work/debian"
fi

build() {
  echo "images: $2"
  podman build --quiet --pull=never --tag "docker.io/library/$2" "$1" >/dev/null
}

build mariadb mariadb:10.11
build redis redis:7-bookworm

mkdir "$work/node"
cp node/Containerfile "$node" "$work/node/"
(cd "$work/node" && npm pack --silent npm@11 >/dev/null && tar -xzf npm-*.tgz && mv package npm && rm npm-*.tgz)
build "$work/node" node:24-bookworm-slim

# Shared by the scripts of this folder: which builder is used, and where its results are. Sourced after ../lib.sh.
# shellcheck disable=SC2034 # names for those who source this

IMAGES=$CACHE/images

# With a Docker engine images are built the ordinary way, from the registry's base images.
# Without one buildah does it, in a store of its own, from base images made of this machine's packages (see base).
have_docker() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

if have_docker; then BUILDER=docker; else BUILDER=buildah; fi

bah() {
  as_root buildah --root "$CACHE/buildah/storage" --runroot "$CACHE/buildah/run" --storage-driver overlay \
    --registries-conf "$ROOT/dev/images/registries.conf" "$@"
}

# chroot: the only isolation that asks nothing of the machine (no OCI runtime, no cgroup v2).
bah_build() { bah build --isolation chroot --pull-never --layers --format docker "$@"; }

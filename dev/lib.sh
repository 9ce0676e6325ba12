# Shared by the scripts under dev/: where things are, how to say what is done, how to install a package.
# Sourced, never run. Callers set -euo pipefail themselves.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What takes minutes to build and does not depend on the checkout lives here and is shared by all checkouts.
CACHE=${REMUDA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/remuda}

# Programs built or found by the scripts, under stable names (symlinks into the cache); the tests look here.
TOOLS=$ROOT/.tools/bin

# Everything the local cluster writes: kubeconfig, keys, logs, etcd, containerd.
STATE=$ROOT/.cluster
export KUBECONFIG=${KUBECONFIG_OVERRIDE:-$STATE/kubeconfig}

mkdir -p "$CACHE" "$TOOLS"

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# apt_install PACKAGE…: installs those that are missing, from the distribution's own repository, by name.
apt_install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "missing: ${missing[*]}; this machine has no apt-get, so install them by hand"
  say "apt-get install ${missing[*]}"
  (
    flock 9 # two scripts may ask at the same time; dpkg allows one
    as_root apt-get update -qq >/dev/null 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$CACHE/apt.log" 2>&1 ||
      { tail -n 20 "$CACHE/apt.log" >&2; exit 1; }
  ) 9>"$CACHE/apt.lock" || die "apt-get install ${missing[*]} failed; the whole log is $CACHE/apt.log"
}

# key_of FILE…: a short name for the content of these files; a cache entry named by it is never stale.
key_of() {
  cat "$@" | sha256sum | cut -c1-12
}

# build_once FOLDER FUNCTION: FOLDER appears complete or not at all. FUNCTION is called with a temporary folder to fill and the
# log to write; a second caller waits for the first. Says every 15 seconds that it is still at it.
build_once() {
  local folder=$1 fill=$2 name log started=$SECONDS
  name=$(basename "$folder") log=$1.log
  [ ! -d "$folder" ] || return 0
  (
    flock -n 9 || { say "$name: waiting for another build of the same"; flock 9; }
    [ ! -d "$folder" ] || exit 0
    rm -rf "$folder".part
    mkdir "$folder".part
    say "$name: building, once (log: $log)"
    "$fill" "$folder".part "$log" 9>&- &
    local build=$! ticks=0
    trap 'kill $build 2>/dev/null || true' EXIT
    while kill -0 $build 2>/dev/null; do
      sleep 0.2
      ticks=$((ticks + 1))
      [ $((ticks % 75)) != 0 ] || say "$name: still building, $((SECONDS - started)) s"
    done
    wait $build || { tail -n 20 "$log" >&2; die "$name could not be built; the whole log is $log"; }
    mv "$folder".part "$folder"
    say "$name: built in $((SECONDS - started)) s"
  ) 9>"$folder.lock" # no `|| die` here: it would switch off set -e inside
}

# link_tools FOLDER NAME[=FILE]…: gives programs of the cache their stable names in $TOOLS.
link_tools() {
  local folder=$1 tool
  shift
  for tool in "$@"; do ln -sfn "$folder/${tool#*=}" "$TOOLS/${tool%%=*}"; done
}

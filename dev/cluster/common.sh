# Names of this checkout's cluster, and what up, down, node and load share. Sourced, never run.
# shellcheck disable=SC2034 # names for those who source this
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

CLUSTER=${CLUSTER:-local}

# Every checkout has a cluster of its own; all that it leaves on the machine outside of $STATE carries this name.
NAME=remuda-$(printf %s "$STATE" | sha256sum | cut -c1-6)
RUN=/run/$NAME   # the node's own /run, short because the path of a Unix socket may have 108 characters only
LINK=$NAME       # the host's end of the cable to the node
LOGS=$STATE/logs

# The administrator of this cluster, whatever KUBECONFIG says.
kubectl() { "$TOOLS/kubectl" --kubeconfig "$STATE/kubeconfig" "$@"; }

# need_root ARGUMENT…: starts the script again as root, with the caller's cache.
need_root() {
  [ "$(id -u)" = 0 ] || exec sudo env REMUDA_CACHE="$CACHE" CLUSTER="$CLUSTER" PATH="$PATH:/usr/sbin:/sbin" "$0" "$@"
}

# Up and down never run at the same time. The lock also makes down wait for a node that was being started when up was killed:
# the node holds it until it is where down looks for it.
take_lock() {
  exec 9>"$CACHE/$NAME.lock"
  flock -n 9 || { say "waiting for another up or down of this cluster"; flock 9; }
}

# wait_for SECONDS WHAT LOG COMMAND…
wait_for() {
  local what=$2 log=$3 end=$((SECONDS + $1)) problem=
  shift 3
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then
      problem="not ready in time"
    elif ! node_processes | grep -q .; then
      problem="the node has ended" log=$LOGS/node.log
    elif [ "$(grep -c 'has ended' "$LOGS/node.log")" -ge 10 ]; then
      problem="a program of the node keeps ending" log=$(tail -n 1 "$LOGS/node.log" | sed 's/.*; see //')
    fi
    if [ -n "$problem" ]; then
      tail -n 3 "$log" >&2 || true
      die "$what: $problem; the whole log is $log"
    fi
    sleep 0.1
  done
}

# The cluster's own cgroup in every hierarchy: one with version 2, about ten with version 1.
cgroups() {
  local hierarchy
  if [ -f /sys/fs/cgroup/cgroup.procs ]; then
    echo "/sys/fs/cgroup/$NAME"
  else
    for hierarchy in /sys/fs/cgroup/*; do
      [ ! -f "$hierarchy/cgroup.procs" ] || [ -L "$hierarchy" ] || echo "$hierarchy/$NAME"
    done
  fi
}

# All processes of the node and of its Pods. Whatever the cluster starts is born in its cgroup, so this needs no file of process
# numbers, which could be lost, or name a stranger after a crash.
node_processes() {
  local cgroup
  for cgroup in $(cgroups); do
    [ ! -d "$cgroup" ] || find "$cgroup" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -u
}

healthy() {
  [ -f "$STATE/kubeconfig" ] && node_processes | grep -q . &&
    kubectl get nodes --request-timeout=1s 2>/dev/null | grep -q ' Ready '
}

# What the demo and the disaster share: how the cluster is asked, what is waited for. Sourced by both, which set $work and $DATABASE.

kube() { "$TOOLS/kubectl" --namespace demo "$@"; }
field() { kube get "$1" -o "jsonpath={$2}"; } # field KIND/NAME PATH

# until_true SECONDS COMMAND…
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# make_secret NAME (KEY VALUE)…: once; the servers were started with what is in it. Values go by stdin, not into a process list.
make_secret() {
  local name=$1
  shift
  ! kube get secret "$name" >/dev/null 2>&1 || return 0
  { printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: %s}\nstringData:\n' "$name" && printf '  %s: "%s"\n' "$@"; } |
    kube create -f - >/dev/null
}

# deploy FILE NAMESPACE (KIND/NAME IMAGE)…: applies FILE and waits until these are ready. All images have the tag dev, so Kubernetes
# cannot see that one is newer than what runs; hence the note in an annotation.
deploy() {
  local file=$1 namespace=$2 old key
  shift 2
  old=$(kube get deployments,statefulsets -n "$namespace" --ignore-not-found \
    -o 'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.annotations.remuda\.dev/image}{"\n"}{end}')
  kube apply -n "$namespace" -f "$file" >/dev/null
  while [ $# -gt 0 ]; do
    key=$(basename "$(dirname "$2")")
    if grep -qi "^$1=" <<<"$old" && ! grep -qix "$1=$key" <<<"$old"; then
      say "$1 has a new image"
      kube rollout restart -n "$namespace" "$1" >/dev/null
    fi
    kube annotate -n "$namespace" --overwrite "$1" "remuda.dev/image=$key" >/dev/null
    ready "$1" "$namespace"
    shift 2
  done
}

# ready KIND/NAME NAMESPACE
ready() {
  ! kube rollout status -n "$2" "$1" --timeout=120s >"$work/rollout" 2>&1 || return 0
  kube describe pods -n "$2" -l "app.kubernetes.io/name=${1#*/}" >&2
  kube logs -n "$2" "$1" --tail=20 >&2 || true
  die "$1 is not ready: $(tail -n 1 "$work/rollout"); its Pod and log are above"
}

sql() {
  local database=$1
  shift
  kube exec -i statefulset/postgres -- psql -U postgres -d "$database" -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

fingerprint() { sql "$DATABASE" -f - <dev/demo/fingerprint.sql >"$work/$1"; }

# completed KIND NAME: waits until it is. One that failed says itself why; its Pod's log is shown, too.
completed() {
  local end=$((SECONDS + 600)) said='' phase
  until kube wait --for=condition=Completed "$1/$2" --timeout=2s >/dev/null 2>&1; do
    phase=$(field "$1/$2" .status.phase)
    [ "$phase" = "$said" ] || say "$1 $2: ${phase:-not seen by the operator yet}"
    said=$phase
    if [ "$phase" = Failed ] || [ $SECONDS -ge $end ]; then explain "$1" "$2"; fi
  done
  say "$1 $2: $(field "$1/$2" '.status.conditions[?(@.type=="Completed")].message')"
}

explain() {
  local job
  kube describe "$1" "$2" >&2
  job=$(field "$1/$2" '.status.steps[-1:].job')$(field "$1/$2" '.status.attempts[-1:].job')
  if [ -n "$job" ]; then
    say "the last lines of its worker, Job $job:"
    kube logs "job/$job" --tail=20 >&2 || true
  else
    say "it has no Job; the last lines of the operator:"
    kube logs deployment/remuda -n remuda-system --tail=20 >&2 || true
  fi
  die "$1 $2 is not Completed: $(field "$1/$2" '.status.conditions[?(@.type=="Completed")].message')"
}

thousands() { sed -E ':a; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; ta'; }

# shellcheck shell=bash
# A Docker engine for the test: the one that runs, or a private one that leaves nothing behind.

# use_engine DIR: false, with the reason on standard error, if there is none to be had.
use_engine() {
  ! docker version >/dev/null 2>&1 || return 0
  ((EUID == 0)) || { echo "no engine runs, and only root can start one" >&2; return 1; }
  start_engine "$1"
}

# One private engine at a time: each puts back the machine's packet filter at its end, and with it takes the rules of any other.
start_engine() {
  local deadline
  exec 7>/run/lock/jkproxy-engine
  flock 7
  deadline=$((SECONDS + 60))
  engine_folder=$1
  keep_network_settings
  dockerd --data-root "$1/data" --exec-root "$1/run" --pidfile "$1/pid" -H "unix://$1/socket" \
    --storage-driver overlay2 >"$1/engine.log" 2>&1 7>&- &
  engine_pid=$!
  export DOCKER_HOST=unix://$1/socket
  until docker version >/dev/null 2>&1; do
    if ! kill -0 "$engine_pid" 2>/dev/null || ((SECONDS > deadline)); then
      echo "the engine does not start:" >&2
      tail -n 5 "$1/engine.log" >&2
      return 1
    fi
    sleep 0.2
  done
}

stop_engine() {
  [[ -n ${engine_pid:-} ]] || return 0
  kill "$engine_pid" 2>/dev/null || true
  wait "$engine_pid" || true
  engine_pid=
  restore_network_settings
  exec 7>&-
}

# --- what an engine changes in the machine's network ----------------------------------------------------------------------

readonly SWITCHES=(/proc/sys/net/ipv4/ip_forward /proc/sys/net/bridge/bridge-nf-call-iptables)

keep_network_settings() {
  local switch
  iptables-save >"$engine_folder/iptables"
  for switch in "${SWITCHES[@]}"; do
    [[ ! -e $switch ]] || cp "$switch" "$engine_folder/${switch##*/}"
  done
}

# As it was; a table that was not there is empty again.
table_before() {
  local table=$1 chain
  shift
  if grep -q "^\*$table" "$engine_folder/iptables"; then
    sed -n "/^\*$table/,/^COMMIT/p" "$engine_folder/iptables"
    return
  fi
  echo "*$table"
  for chain in "$@"; do echo ":$chain ACCEPT [0:0]"; done
  echo COMMIT
}

restore_network_settings() {
  local switch
  {
    table_before filter INPUT FORWARD OUTPUT
    table_before nat PREROUTING INPUT OUTPUT POSTROUTING
  } | iptables-restore
  ip link delete docker0 2>/dev/null || true
  for switch in "${SWITCHES[@]}"; do
    [[ ! -e $engine_folder/${switch##*/} ]] || cat "$engine_folder/${switch##*/}" >"$switch"
  done
}

# shellcheck shell=bash
# Ports. Fixed ones for the demo; `--port 0` and `--base-port 0` take free ones, for farms beside it.
#
#   base      jkproxy, if --port 0          base + 1 to 3    Tomcat node1 to node3
#   base + 4  status, if --port 0           base + 6 to 8    AJP of the nodes, if an overlay opens it
#                                           base + 11, 12    memcached n1, n2

readonly BLOCK=20 # ports from one base to the next

# Whether anything listens on this port, on whatever address.
port_taken() {
  local hex
  printf -v hex '%04X' "$1"
  grep -qsE "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]+ 0A " /proc/net/tcp /proc/net/tcp6
}

block_is_free() {
  local port
  for ((port = $1; port < $1 + BLOCK; port++)); do
    ! port_taken "$port" || return 1
  done
}

# A base below the range that the kernel takes for outgoing connections (32768 and up).
free_base() {
  local try base
  for ((try = 0; try < 200; try++)); do
    base=$((20000 + RANDOM % 600 * BLOCK))
    block_is_free "$base" && { echo "$base"; return; }
  done
  die "found no $BLOCK free ports in a row between 20000 and 32000"
}

# Sets PROXY_PORT, STATUS_PORT, NODE<i>_PORT, N<i>_PORT from the options.
choose_ports() {
  local base=$option_base
  ((base != 0)) || base=$(free_base)
  PROXY_PORT=$option_port STATUS_PORT=$option_status_port
  if ((option_port == 0)); then
    PROXY_PORT=$base STATUS_PORT=${option_status_port:-$((base + 4))}
  fi
  STATUS_PORT=${STATUS_PORT:-8404}
  NODE1_PORT=$((base + 1)) NODE2_PORT=$((base + 2)) NODE3_PORT=$((base + 3))
  N1_PORT=$((base + 11)) N2_PORT=$((base + 12))
}

require_free_ports() {
  require_free "$NODE1_PORT" --base-port
  require_free "$NODE2_PORT" --base-port
  require_free "$NODE3_PORT" --base-port
  require_free "$N1_PORT" --base-port
  require_free "$N2_PORT" --base-port
  [[ $option_proxy == yes ]] || return 0
  require_free "$PROXY_PORT" --port
  require_free "$STATUS_PORT" --status-port
}

require_free() {
  ! port_taken "$1" || die "port $1 is taken by another program: end that, or choose another one with $2 N"
}

# port_of NAME
port_of() {
  case $1 in
    jkproxy) echo "$PROXY_PORT" ;;
    node1) echo "$NODE1_PORT" ;;
    node2) echo "$NODE2_PORT" ;;
    node3) echo "$NODE3_PORT" ;;
    n1) echo "$N1_PORT" ;;
    n2) echo "$N2_PORT" ;;
  esac
}

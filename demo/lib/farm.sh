# shellcheck shell=bash
# The parts of one farm: their configuration, and how each is started and found ready.

readonly MEMCACHED_NAMES=(n1 n2)
readonly NODE_NAMES=(node1 node2 node3)
readonly ALL_NAMES=("${MEMCACHED_NAMES[@]}" "${NODE_NAMES[@]}" jkproxy)
# failoverNodes of msm: the memcached that a node uses only if no other is left (as if both ran on one machine).
declare -rA FAILOVER_OF=([node1]=n1 [node2]=n2 [node3]=n1)

is_node() { [[ $1 == node[123] ]]; }

log_of() { echo "$FARM/logs/$1.log"; }

# --- settings -----------------------------------------------------------------------------------------------------------

# For `kill`, `status`, ... and for scripts: plain KEY=value lines.
write_settings() {
  cat >"$FARM/farm.env" <<END
PROXY_URL=http://$PROXY_ADDRESS:$PROXY_PORT
PROXY_ADDRESS=$PROXY_ADDRESS
PROXY_PORT=$PROXY_PORT
STATUS_PORT=$STATUS_PORT
NODE1_PORT=$NODE1_PORT
NODE2_PORT=$NODE2_PORT
NODE3_PORT=$NODE3_PORT
N1_PORT=$N1_PORT
N2_PORT=$N2_PORT
EXECUTIONS=$FARM/executions.txt
JKPROXY_BINARY=${JKPROXY_BINARY:-}
TOMCAT=$TOMCAT
JAVA_HOME=$JAVA_HOME
END
}

read_settings() {
  [[ -f $FARM/farm.env ]] || die "there is no farm in $FARM: demo/run starts one"
  local key value
  while IFS='=' read -r key value; do
    printf -v "$key" '%s' "$value"
  done <"$FARM/farm.env"
  export JAVA_HOME
}

write_node() {
  local node=$1
  local base=$FARM/$node
  rm -rf "$base"
  mkdir -p "$base"/{conf,logs,temp,work,webapps}
  cp "$TOMCAT/conf/web.xml" "$DEMO"/tomcat/{server.xml,context.xml,logging.properties} "$base/conf/"
  cp -R "$WEBAPP" "$base/webapps/share"
  {
    cat "$TOMCAT/conf/catalina.properties" "$DEMO/tomcat/node.properties"
    cat <<END
farm.node=$node
farm.port=$(port_of "$node")
farm.ajp=$(($(port_of "$node") + 5))
farm.memcached=n1:127.0.0.1:$N1_PORT,n2:127.0.0.1:$N2_PORT
farm.failover=${FAILOVER_OF[$node]}
farm.executions=$FARM/executions.txt
farm.status=http://localhost:$STATUS_PORT/
END
  } >"$base/conf/catalina.properties"
  [[ -z ${NODE_OVERLAY:-} ]] || cp -R "$NODE_OVERLAY/." "$base/"
}

write_jkproxy_yaml() {
  cat >"$FARM/jkproxy.yaml" <<END
listeners:
  - bind: $PROXY_ADDRESS:$PROXY_PORT
workers:                                  # the name is also the jvmRoute
  node1: { url: "http://127.0.0.1:$NODE1_PORT" }
  node2: { url: "http://127.0.0.1:$NODE2_PORT" }
  node3: { url: "http://127.0.0.1:$NODE3_PORT" }
balancers:
  farm:
    workers: [node1, node2, node3]
    health_check: { path: /health, interval: 1s, timeout: 1s, fall: 2, rise: 2 }
mounts:
  - { path: /share, balancer: farm }
status: { bind: "127.0.0.1:$STATUS_PORT" }
access_log: { file: "$FARM/logs/access.log" }
log: { file: stderr, level: info }
END
}

write_farm() {
  local node
  : >"$FARM/executions.txt"
  write_settings
  for node in "${NODE_NAMES[@]}"; do write_node "$node"; done
  [[ $option_proxy == no ]] || write_jkproxy_yaml
}

# --- start --------------------------------------------------------------------------------------------------------------

start_memcached() {
  local -a as_user=()
  ((EUID != 0)) || as_user=(-u nobody)
  launch "$1" memcached "${as_user[@]}" -l 127.0.0.1 -p "$(port_of "$1")" -U 0 -m 64
}

# `catalina.sh run` replaces itself by java, so the pid is that of Tomcat.
start_tomcat() {
  local base=$FARM/$1
  launch "$1" env CATALINA_HOME="$TOMCAT" CATALINA_BASE="$base" CATALINA_TMPDIR="$base/temp" CATALINA_PID= JAVA_OPTS= \
    CATALINA_OPTS="${NODE_JAVA_OPTS:--Xms48m -Xmx160m -XX:+UseSerialGC -XX:TieredStopAtLevel=1}" \
    "$TOMCAT/bin/catalina.sh" run
}

start_jkproxy() { launch jkproxy "$JKPROXY_BINARY" -c "$FARM/jkproxy.yaml"; }

# start_part NAME: starts it if it is down.
start_part() {
  is_down "$1" || return 0
  case $1 in
    n[12]) start_memcached "$1" ;;
    node[123]) start_tomcat "$1" ;;
    jkproxy) start_jkproxy ;;
  esac
}

# --- ready --------------------------------------------------------------------------------------------------------------

answers() { curl -fsS --noproxy '*' --max-time 2 -o /dev/null "$1" 2>/dev/null; }

accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# HealthCheckValve says 503 until the web application is there; the log-in page proves the rest.
ready() {
  case $1 in
    n[12]) accepts "$(port_of "$1")" ;;
    node[123]) answers "http://127.0.0.1:$(port_of "$1")/health" && answers "http://127.0.0.1:$(port_of "$1")/share/about" ;;
    jkproxy) answers "http://127.0.0.1:$STATUS_PORT/" && answers "http://$PROXY_ADDRESS:$PROXY_PORT/share/about" ;;
  esac
}

# await_ready NAME: until it answers; it is an error if it ends instead or needs more than a minute.
await_ready() {
  local deadline=$((SECONDS + 60))
  until ready "$1"; do
    [[ $(state_of "$1") != frozen ]] || die "$1 is frozen: 'demo/run thaw $1' lets it go on"
    ! is_down "$1" || die "$1 ended instead of starting" "$(log_of "$1")"
    ((SECONDS < deadline)) || die "$1 does not answer on port $(port_of "$1") after 60 s" "$(log_of "$1")"
    sleep 0.1
  done
}

title_of() {
  case $1 in
    n[12]) echo "memcached $1 on port $(port_of "$1")" ;;
    node[123]) echo "Tomcat $1 on port $(port_of "$1")" ;;
    jkproxy) echo "jkproxy on port $PROXY_PORT, status on $STATUS_PORT" ;;
  esac
}

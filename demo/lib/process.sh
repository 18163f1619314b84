# shellcheck shell=bash
# Processes of the farm. Each one is recorded in $FARM/pids/NAME as "PID START_TIME BOOT_ID". A number that meanwhile
# belongs to another process (other start time or boot) is not ours, and never gets a signal.

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# Field N of /proc/PID/stat, counted from the state (field 3 of proc(5)) as 1; the name before it may hold blanks.
stat_field() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }"
  echo "${fields[$2 - 1]}"
}

start_time_of() { stat_field "$1" 20; }

# pid_of NAME: its pid, if the process that we started still lives (a zombie does not).
pid_of() {
  local pid start boot
  { read -r pid start boot <"$FARM/pids/$1"; } 2>/dev/null || return 1
  [[ $boot == "$(boot_id)" && $(start_time_of "$pid") == "$start" ]] || return 1
  [[ $(stat_field "$pid" 1) != [ZX] ]] || return 1
  echo "$pid"
}

# state_of NAME: up, frozen or down.
state_of() {
  local pid
  pid=$(pid_of "$1") || { echo down; return; }
  if [[ $(stat_field "$pid" 1) == [Tt] ]]; then echo frozen; else echo up; fi
}

is_down() { [[ $(state_of "$1") == down ]]; }

# launch NAME COMMAND...: starts it in a session of its own, so that a Ctrl-C of the terminal does not reach it and `down`
# decides about the order; its output goes to $FARM/logs/NAME.log. It inherits neither our pipes nor our locks.
launch() {
  local name=$1 pid
  shift
  setsid "$@" </dev/null >>"$FARM/logs/$name.log" 2>&1 8>&- &
  pid=$!
  echo "$pid $(start_time_of "$pid" || echo 0) $(boot_id)" >"$FARM/pids/$name"
  disown "$pid" # its end is ours to report, not bash's
}

# send SIGNAL NAME: false if the process is not there any more.
send() {
  local pid
  pid=$(pid_of "$2") || return 1
  kill "-$1" "$pid" 2>/dev/null
}

# SIGTERM, which a frozen process takes only when it goes on.
send_end() { send TERM "$1" && send CONT "$1"; }

# await_end SECONDS NAME...: false if one of them still lives after that time.
await_end() {
  local deadline=$((SECONDS + $1)) name
  shift
  for name in "$@"; do
    until is_down "$name"; do
      ((SECONDS < deadline)) || return 1
      sleep 0.1
    done
    rm -f "$FARM/pids/$name"
  done
}

# end_all SECONDS NAME...: asks them to end, all at once, and kills those that do not within the time.
end_all() {
  local seconds=$1 name
  shift
  for name in "$@"; do
    send_end "$name" || true
  done
  await_end "$seconds" "$@" && return
  for name in "$@"; do send KILL "$name" || true; done
  await_end 5 "$@"
}

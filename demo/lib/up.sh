# shellcheck shell=bash
# `demo/run up`: from nothing to a farm that answers, and its end with Ctrl-C.

living_parts() {
  local name
  for name in "${ALL_NAMES[@]}"; do
    is_down "$name" || printf '%s ' "$name"
  done
}

up() {
  local living
  mkdir -p "$FARM"/{pids,logs}
  exec 8>"$FARM/lock"
  flock -n 8 || die "another 'demo/run up' is at work in $FARM"
  living=$(living_parts)
  if [[ -n $living && $option_detach == no ]]; then
    die "a farm is already running in $FARM (${living% }): 'demo/run status' shows it, 'demo/run down' ends it"
  fi
  [[ -z $living ]] || read_settings # its ports, whatever the options say
  [[ $option_detach == yes && -n $living ]] || end_with_this_script
  printf '%sjkproxy demo%s\n' "$BOLD" "$PLAIN"
  prepare
  [[ -n $living ]] || new_farm
  start_everything
  exec 8>&-
  print_summary
  if [[ $option_detach == yes ]]; then trap - EXIT; else watch; fi
}

# Until the farm is up (detached) or as long as it is (foreground), our end is its end, whatever the cause.
end_with_this_script() {
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 141' PIPE
  trap 'on_exit' EXIT
}

on_exit() {
  local code=$?
  set +e
  trap '' HUP INT TERM PIPE
  if [[ -n $(living_parts) ]]; then
    printf '\n'
    down
  fi
  # A signal may have come between the start of a process and its record.
  jobs -pr | xargs -r kill -KILL 2>/dev/null
  exit "$code"
}

new_farm() {
  choose_ports
  require_free_ports
  PROXY_ADDRESS=$option_address
  rm -f "$FARM"/logs/*
  write_farm
}

start_everything() {
  local name
  local -a started=("${MEMCACHED_NAMES[@]}" "${NODE_NAMES[@]}")
  for name in "${started[@]}"; do start_part "$name"; done
  for name in "${started[@]}"; do await_step "$name"; done
  [[ $option_proxy == no ]] && return
  start_part jkproxy
  await_step jkproxy
}

await_step() {
  step "$(title_of "$1")"
  await_ready "$1"
  step_done
}

print_summary() {
  local option='' url=http://localhost:$PROXY_PORT/share/ status=http://localhost:$STATUS_PORT/
  [[ $FARM == "$DEMO/.farm/demo" ]] || option=" --dir $FARM"
  if [[ $option_proxy == no ]]; then
    url=http://localhost:$NODE1_PORT/share/ status='(without jkproxy)'
  fi
  cat <<END

  Open      $BOLD$url$PLAIN
  Log in    alice / wonderland   (or bob / builder, carol / tealeaf)
  Status    $status
  Kill      demo/run$option kill node1      and click on: you stay logged in, on another node
  Restart   demo/run$option start node1
  Logs      $FARM/logs
  End       $(if [[ $option_detach == yes ]]; then echo "demo/run$option down"; else echo "Ctrl-C"; fi)

END
}

# Stays while the farm lives, and tells what comes and goes.
watch() {
  local name now
  local -A before
  for name in "${ALL_NAMES[@]}"; do before[$name]=$(state_of "$name"); done
  while [[ -n $(living_parts) ]]; do
    for name in "${ALL_NAMES[@]}"; do
      now=$(state_of "$name")
      [[ $now == "${before[$name]}" ]] || say "$(date +%T)  $name is $now"
      before[$name]=$now
    done
    sleep 0.5 & # in the background: a signal ends `wait` at once
    wait $! || true
  done
}

# shellcheck shell=bash
# The commands for a farm that is there. All of them may be given again: what is done already is only said.

# Clients first, stores last: each part still finds what it needs while it ends.
down() {
  local living
  living=$(living_parts)
  if [[ -z $living ]]; then
    say "nothing is running in $FARM"
    return
  fi
  step "ending ${living% }"
  end_all 5 jkproxy
  end_all 10 "${NODE_NAMES[@]}"
  end_all 5 "${MEMCACHED_NAMES[@]}"
  [[ -z $(living_parts) ]] || die "still alive: $(living_parts)"
  step_done
}

kill_part() {
  if ! send KILL "$1"; then say "$1 is not running"; return; fi
  await_end 10 "$1" || die "$1 does not end"
  say "$1 killed (kill -9)"
}

stop_part() {
  if is_down "$1"; then say "$1 is not running"; return; fi
  step "$1: stopping"
  send_end "$1" || true
  await_end 30 "$1" || die "$1 does not end within 30 s; 'demo/run kill $1' ends it"
  step_done
}

start_again() {
  case $(state_of "$1") in
    up) say "$1 is already running" ;;
    frozen) say "$1 is frozen; 'demo/run thaw $1' lets it go on" ;;
    down)
      ! port_taken "$(port_of "$1")" || die "port $(port_of "$1") of $1 is taken by another program"
      start_part "$1"
      await_step "$1"
      ;;
  esac
}

freeze_part() { if send STOP "$1"; then say "$1 is frozen"; else say "$1 is not running"; fi; }

thaw_part() { if send CONT "$1"; then say "$1 goes on"; else say "$1 is not running"; fi; }

require_names() {
  local name
  ((${#names[@]} > 0)) || misuse "$command what? One of: ${ALL_NAMES[*]}"
  for name in "${names[@]}"; do
    [[ " ${ALL_NAMES[*]} " == *" $name "* ]] || misuse "no part is called '$name'; there are ${ALL_NAMES[*]}"
  done
}

for_each_name() {
  local name
  require_names
  read_settings
  for name in "${names[@]}"; do "$1" "$name"; done
}

status() {
  local name answer
  read_settings
  printf '%-8s %-7s %8s %6s  %s\n' NAME STATE PID PORT ANSWERS
  for name in "${ALL_NAMES[@]}"; do
    answer=no
    [[ $(state_of "$name") == up ]] && ready "$name" && answer=yes
    printf '%-8s %-7s %8s %6s  %s\n' "$name" "$(state_of "$name")" "$(pid_of "$name" || echo -)" "$(port_of "$name")" "$answer"
  done
}

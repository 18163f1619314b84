# shellcheck shell=bash
# What the user reads: one line per step, errors with a cause and a way out.

if [[ -t 1 ]]; then
  readonly BOLD=$'\e[1m' GREEN=$'\e[32m' RED=$'\e[31m' DIM=$'\e[2m' PLAIN=$'\e[0m'
else
  readonly BOLD='' GREEN='' RED='' DIM='' PLAIN=''
fi

step_open=no
step_began=0

# step TEXT: begins the line of a step; step_done or die ends it.
step() {
  printf '  %-52s ' "$1"
  step_open=yes
  step_began=$SECONDS
}

# step_done [NOTE]
step_done() {
  local took=$((SECONDS - step_began)) note=${1:-}
  ((took >= 2)) && note="${note:+$note, }$took s"
  printf '%sok%s%s\n' "$GREEN" "$PLAIN" "${note:+ $DIM($note)$PLAIN}"
  step_open=no
}

say() { printf '  %s\n' "$*"; }

# die MESSAGE [LOG]: ends the script with 1; shows the end of LOG, if given.
die() {
  [[ $step_open == yes ]] && printf '%sfailed%s\n' "$RED" "$PLAIN"
  step_open=no
  printf '%sdemo/run: %s%s\n' "$RED" "$1" "$PLAIN" >&2
  if [[ -s ${2:-} ]]; then
    printf 'The end of %s:\n' "$2" >&2
    tail -n 15 "$2" | sed 's/^/    /' >&2
  fi
  exit 1
}

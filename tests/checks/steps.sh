# shellcheck shell=bash
# Runs steps one by one, and tells at the end how long each took, which failed, and what was not run.

readonly reports=build/checks
mkdir -p "$reports"
: > "$reports/not_run"
report_lines=()
failed_steps=()
readonly first_second=$SECONDS

# CPU seconds of all processes that this shell has waited for, in cpu_seconds. (A subshell would count its own.)
count_cpu() {
    times > "$reports/times"
    cpu_seconds=$(awk 'NR == 2 { split($0, part, /[ms ]+/); print int(part[1] * 60 + part[2] + part[3] * 60 + part[4]) }' \
        "$reports/times")
}

# Calls check_NAME, whose commands fail it as under `set -e`.
run_step() {
    local name=$1 begin=$SECONDS code cpu_before
    count_cpu
    cpu_before=$cpu_seconds
    printf '\n== %s\n' "$name"
    set +e
    (set -e; "check_$name")
    code=$?
    set -e
    ((code == 0)) || failed_steps+=("$name")
    ((code == 0)) || printf '== %s FAILED (exit code %s)\n' "$name" "$code"
    count_cpu
    report_line "$name" $((SECONDS - begin)) $((cpu_seconds - cpu_before)) "$( ((code == 0)) && echo good || echo FAILED)"
}

report_line() { report_lines+=("$(printf '%-14s %7s %6s   %s' "$@")"); }

# For the list at the end: what, and why not.
not_run() { echo "$1" >> "$reports/not_run"; }

# Runs a script whose exit code 77 says that this machine cannot run it.
run_or_say() {
    local code=0
    "${@:2}" || code=$?
    ((code != 77)) || { not_run "$1"; return 0; }
    return "$code"
}

print_report() {
    count_cpu
    report_line all $((SECONDS - first_second)) "$cpu_seconds" "on $(nproc) cores"
    printf '\n== seconds   by clock    CPU\n'
    printf '%s\n' "${report_lines[@]}"
    printf '\n== not run\n'
    if [[ -s $reports/not_run ]]; then cat "$reports/not_run"; else echo nothing; fi
    ((${#failed_steps[@]} > 0)) || return 0
    printf '\n== FAILED: %s\n' "${failed_steps[*]}"
    exit 1
}

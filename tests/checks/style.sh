# shellcheck shell=bash
# How files look: C++ by clang-format, shell scripts by shellcheck, Python by pyflakes.

sources_of_ours() { git ls-files -co --exclude-standard -z -- "$@"; }

# Scripts by their first line; files that they source are read with them.
scripts_for() {
    sources_of_ours | xargs -0 awk -v program="$1" \
        'FNR == 1 { if ($0 ~ "^#!.*[/ ]" program) print FILENAME; nextfile }'
}

check_style() {
    local -a scripts
    sources_of_ours '*.cpp' '*.hpp' | xargs -0 clang-format-14 --dry-run -Werror
    mapfile -t scripts < <(scripts_for '(ba)?sh')
    shellcheck --external-sources "${scripts[@]}"
    mapfile -t scripts < <(scripts_for python3; sources_of_ours '*.py' | tr '\0' '\n')
    flake8 --select=F "${scripts[@]}"
    echo "formatted, and nothing to complain about"
}

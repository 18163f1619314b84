# shellcheck shell=bash
# clang-tidy with .clang-tidy. A file that includes Asio takes it 10 s and more: the whole tree is for --long.

check_tidy() {
    local -a sources options=(--quiet -p build/fuzz)
    cmake --preset fuzz > /dev/null
    if [[ $long == yes ]]; then
        build fuzz  # its precompiled headers
        sources=({config,routing,proxy,health,status,app}/*.cpp)
    else
        sources=({config,routing}/*.cpp)
        options+=('--checks=-clang-analyzer-*')
        not_run "clang-tidy over proxy/, health/, status/ and app/, and its analyzer: some minutes, only with --long"
    fi
    printf '%s\0' "${sources[@]}" | xargs -0 -P "$(nproc)" -n 2 clang-tidy-14 "${options[@]}" 2> "$reports/tidy.log" ||
        { echo "clang-tidy complains"; return 1; }
    echo "nothing to complain about in ${#sources[@]} files"
}

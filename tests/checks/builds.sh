# shellcheck shell=bash
# The builds, and the tests that run in them.

# demo/run configures the same folder without tests.
build() {
    local preset=$1
    shift
    cmake --preset "$preset" -DJKPROXY_TESTS=ON -DJKPROXY_WERROR=ON > /dev/null
    cmake --build --preset "$preset" "$@"
}

# All tests of a preset; those that skipped themselves are told at the end.
run_tests() {
    local preset=$1 log=$reports/ctest.$1.log
    shift
    local code=0
    ctest --preset "$preset" --no-tests=error -j "$(nproc)" --output-log "$PWD/$log" "$@" || code=$?
    sed -nE "s|^ *[0-9]+/[0-9]+ Test +#[0-9]+: ([^ ]+) .*\*\*\*Skipped.*|$preset: \1 skipped itself: see $log|p" \
        "$log" >> "$reports/not_run"
    return "$code"
}

check_release() {
    build release
    run_tests release
    # The other builds run 2,000; here it takes ten seconds.
    JKPROXY_HISTORIES=100000 build/release/tests/model_tests --gtest_filter='Model.*'
}

check_asan() {
    build asan
    run_tests asan
}

check_tsan() {
    build tsan --target threads_tests
    run_tests tsan -L threads
}

# The fuzz preset compiles all of the tree.
check_clang() {
    build fuzz
    BUILD=$PWD/build/fuzz tests/fuzz/run 10
    if [[ $long == yes ]]; then
        BUILD=$PWD/build/fuzz tests/fuzz/run 3600
    else
        not_run "an hour of fuzzing a target: only with --long"
    fi
}

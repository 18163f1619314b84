# shellcheck shell=bash
# The whole program, with real parts around it.

check_instructions() {
    build release
    bench/instructions
}

check_bodies() {
    build release --target jkproxy
    tests/integration/big_bodies
    if [[ $long == yes ]]; then
        tests/integration/many_clients --long
    else
        tests/integration/many_clients
        not_run "1,000 bodies of 100 MiB at a time to their ends: only with --long"
    fi
}

check_strictness() {
    build asan --target jkproxy
    tests/strictness/run build/asan/jkproxy
    tests/strictness/run --drip build/asan/jkproxy
}

check_e2e() {
    build release --target jkproxy
    if [[ $long == yes ]]; then
        tests/e2e/run --long build/release/jkproxy
    else
        tests/e2e/run build/release/jkproxy
        not_run "the large storms and many turns with real Tomcats: only with --long"
    fi
}

check_e2e_asan() {
    build asan --target jkproxy
    tests/e2e/run build/asan/jkproxy affinity_test takeover_test
    not_run "stalls, restarts and storms with the sanitized binary: tests/e2e/run build/asan/jkproxy"
}

check_browser() {
    build release --target jkproxy
    tests/browser/run build/release/jkproxy
    tests/docs/demo build/release/jkproxy
}

check_package() {
    run_or_say "the life of the Debian package: needs root and apt sources" tests/package/run
}

check_compose() {
    run_or_say "docker-compose.yml: needs a Docker engine, or root and the packages to start one" tests/compose/run
}

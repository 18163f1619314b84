# shellcheck shell=bash
# Debian packages that the steps need. demo/run, tests/package/run and tests/compose/run see to their own.

readonly packages=(
    git ca-certificates curl python3 python3-websockets
    g++ cmake ninja-build ccache pkg-config
    clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 shellcheck flake8
    libboost1.81-dev libssl-dev libyaml-cpp-dev libspdlog-dev libcli11-dev libxxhash-dev
    libgtest-dev libgmock-dev valgrind mandoc groff systemd
)

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] || echo "$package"
    done
}

install_packages() {
    local -a missing as_root=()
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]} > 0)) || return 0
    if ((EUID != 0)); then
        command -v sudo > /dev/null ||
            { echo "packages are missing; as root: apt-get install ${missing[*]}" >&2; exit 1; }
        as_root=(sudo)
    fi
    echo "== installing ${missing[*]}"
    { "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
    } > "$reports/apt.log" 2>&1 || { cat "$reports/apt.log"; exit 1; }
}

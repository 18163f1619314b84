# shellcheck shell=bash
# What must be there before anything starts: packages, jkproxy, Tomcat with msm, the web application. Everything is kept
# in $CACHE, which all farms share; a lock lets one `up` at a time work on it.

readonly RUN_PACKAGES=(openjdk-17-jdk-headless maven memcached curl util-linux)
readonly BUILD_PACKAGES=(g++ cmake ninja-build pkg-config libboost1.81-dev libssl-dev libyaml-cpp-dev libspdlog-dev
  libcli11-dev libxxhash-dev)
readonly TOMCAT_VERSION=9.0.98

prepare() {
  mkdir -p "$CACHE"
  exec 9>"$CACHE/lock"
  flock -n 9 || { say "waiting for another demo/run that is preparing the same things ..."; flock 9; }
  install_packages
  find_java
  [[ $option_proxy == no ]] || prepare_jkproxy
  fetch_tomcat
  build_valve
  build_webapp
  exec 9>&-
}

# --- packages -----------------------------------------------------------------------------------------------------------

installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing_packages() {
  local package
  local -a wanted=("${RUN_PACKAGES[@]}")
  will_build && wanted+=("${BUILD_PACKAGES[@]}")
  for package in "${wanted[@]}"; do
    installed "$package" || echo "$package"
  done
}

install_packages() {
  local -a missing as_root=()
  command -v dpkg-query >/dev/null || { say "no dpkg here: please see to ${RUN_PACKAGES[*]} yourself"; return; }
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "packages are missing; as root: apt-get install ${missing[*]}"
    say "sudo is needed to install: ${missing[*]}"
    as_root=(sudo)
  fi
  step "packages: installing ${#missing[@]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update && apt-get install -y --no-install-recommends "$@"' \
    apt "${missing[@]}" >"$CACHE/apt.log" 2>&1 || die "apt-get failed for: ${missing[*]}" "$CACHE/apt.log"
  step_done
}

find_java() {
  local version
  if [[ -z ${JAVA_HOME:-} || ! -x $JAVA_HOME/bin/javac ]]; then
    JAVA_HOME=$(readlink -f "$(command -v javac || echo /nowhere/bin/javac)")
    JAVA_HOME=${JAVA_HOME%/bin/javac}
  fi
  version=$("$JAVA_HOME/bin/javac" -version 2>&1 | grep -oE '[0-9]+' | head -n 1) || die "no Java compiler (javac) found"
  ((version >= 17)) || die "Java 17 or newer is needed; $JAVA_HOME has $version (set JAVA_HOME)"
  export JAVA_HOME
}

# --- jkproxy ------------------------------------------------------------------------------------------------------------

will_build() { [[ $option_proxy == yes && $option_build == yes && -z ${JKPROXY:-} ]]; }

prepare_jkproxy() {
  JKPROXY_BINARY=$(realpath -m "${JKPROXY:-$ROOT/build/release/jkproxy}")
  if will_build; then build_jkproxy; fi
  [[ -x $JKPROXY_BINARY ]] || die "there is no $JKPROXY_BINARY: leave out --no-build, or set JKPROXY to a binary"
}

build_jkproxy() {
  local log=$CACHE/build.log
  if [[ -x $JKPROXY_BINARY ]]; then
    step "jkproxy: bringing the build up to date"
  else
    say "building takes some minutes the first time; its log: $log"
    step "jkproxy: building"
  fi
  (cd "$ROOT" && cmake --preset release -DJKPROXY_TESTS=OFF && cmake --build --preset release --target jkproxy) >"$log" 2>&1 ||
    die "the build of jkproxy failed" "$log"
  step_done
}

# --- Tomcat and msm -----------------------------------------------------------------------------------------------------

# Maven looks at its checksums (-C); its repository stays inside the farm's folder, too.
fetch_tomcat() {
  TOMCAT=$CACHE/apache-tomcat-$TOMCAT_VERSION
  [[ ! -d $TOMCAT ]] || return 0
  local log=$CACHE/maven.log jars=$CACHE/jars
  step "Tomcat $TOMCAT_VERSION and memcached-session-manager: fetching"
  mvn -q -B -C -f "$DEMO/tomcat/pom.xml" -Dmaven.repo.local="$CACHE/m2" -Dtomcat.version="$TOMCAT_VERSION" \
    -Djars="$jars" generate-resources >"$log" 2>&1 || die "Maven could not fetch Tomcat and msm" "$log"
  rm -rf "$TOMCAT.new"
  mkdir "$TOMCAT.new"
  tar xzf "$jars/tomcat-$TOMCAT_VERSION.tar.gz" -C "$TOMCAT.new" --strip-components=1
  cp "$jars"/*.jar "$TOMCAT.new/lib/"
  mv "$TOMCAT.new" "$TOMCAT"
  step_done
}

# The valve that stores a session before the answer goes out, in lib/ beside msm.
build_valve() {
  local jar=$TOMCAT/lib/jkproxy-tomcat.jar log=$CACHE/valve.log
  [[ -z $(find "$DEMO/tomcat/valve" -newer "$jar" -print -quit 2>&1) ]] && return
  step "valve for Tomcat: compiling"
  rm -rf "$CACHE/valve"
  {
    "$JAVA_HOME/bin/javac" --release 17 -Xlint:all,-classfile -Werror -proc:none -encoding UTF-8 -cp "$TOMCAT/lib/*" \
      -d "$CACHE/valve" "$DEMO"/tomcat/valve/jkproxy/tomcat/*.java &&
      "$JAVA_HOME/bin/jar" --create --file "$jar" -C "$CACHE/valve" .
  } >"$log" 2>&1 || die "the valve does not compile" "$log"
  step_done
}

# --- web application ----------------------------------------------------------------------------------------------------

build_webapp() {
  WEBAPP=$CACHE/share
  [[ -z $(find "$DEMO/webapp" -newer "$WEBAPP/built" -print -quit 2>&1) ]] && return
  local log=$CACHE/javac.log
  local -a sources
  step "web application: compiling"
  mapfile -t sources < <(find "$DEMO/webapp/src" -name '*.java')
  rm -rf "$WEBAPP"
  cp -R "$DEMO/webapp/web" "$WEBAPP"
  "$JAVA_HOME/bin/javac" --release 17 -Xlint:all -Werror -proc:none -encoding UTF-8 -cp "$TOMCAT/lib/servlet-api.jar:$TOMCAT/lib/websocket-api.jar" \
    -d "$WEBAPP/WEB-INF/classes" "${sources[@]}" >"$log" 2>&1 || die "the web application does not compile" "$log"
  touch "$WEBAPP/built"
  step_done
}

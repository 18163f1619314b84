#include "app/version.hpp"

#include <openssl/crypto.h>
#include <spdlog/version.h>

#include <boost/version.hpp>

namespace jkproxy::app {

std::string version() {
  return JKPROXY_VERSION;
}

std::string versions() {
  const auto number = [](int value) { return std::to_string(value); };
  return "jkproxy " + version() + "\ncompiler: " + __VERSION__ +
         "\nBoost: " + number(BOOST_VERSION / 100'000) + "." + number(BOOST_VERSION / 100 % 1000) +
         "." + number(BOOST_VERSION % 100) + "\n" + OpenSSL_version(OPENSSL_VERSION) +
         "\nspdlog: " + number(SPDLOG_VER_MAJOR) + "." + number(SPDLOG_VER_MINOR) + "." +
         number(SPDLOG_VER_PATCH) + "\n";
}

}  // namespace jkproxy::app

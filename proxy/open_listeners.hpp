#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace jkproxy::proxy {

// One bound address: a listening socket per thread (SO_REUSEPORT). The caller owns the descriptors.
struct OpenListener {
  std::vector<int> descriptors{};
  std::uint16_t port = 0;  // the real one, where 0 was asked for; 0 for unix sockets
  std::string text;        // "127.0.0.1:8080"
};

// Binds once without SO_REUSEPORT first, so that a second jkproxy on the same port is an error and
// not a silent share; then once a thread. A unix socket is shared by all threads; a stale file of
// its path is removed, a live one is an error. Throws std::runtime_error with one clear line.
OpenListener open_listener(const config::Endpoint& endpoint, int threads);

}  // namespace jkproxy::proxy

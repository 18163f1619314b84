#pragma once

#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace jkproxy::proxy {

// True when `address` (a literal, v4 or v6, or "unix") lies in one of the networks. Peers on unix
// sockets count as 127.0.0.1.
bool is_trusted(const std::vector<config::Network>& networks, std::string_view address);

}  // namespace jkproxy::proxy

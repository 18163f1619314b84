#pragma once

#include <string>

#include "proxy/loop.hpp"

namespace jkproxy::proxy {

// Accepts clients on a listening socket, which it takes over, until the loop drains. Out of
// descriptors or memory it rests for a moment: it neither spins nor ends.
Task<> accept_clients(Loop& loop, int descriptor, std::string port);

}  // namespace jkproxy::proxy

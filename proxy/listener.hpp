#pragma once

#include <string>

#include "proxy/loop.hpp"

namespace jkproxy::proxy {

struct ListenerPlace {
  std::size_t index = 0;  // in the configuration
  std::string port;       // digits, for X-Forwarded-Port; empty for unix sockets
};

// Accepts clients on a listening socket, which it takes over, until the loop drains. Out of
// descriptors or memory it rests for a moment: it neither spins nor ends.
// Who finds no place (`Admission`) is told so.
Task<> accept_clients(Loop& loop, int descriptor, ListenerPlace listener);

}  // namespace jkproxy::proxy

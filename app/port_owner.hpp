#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "routing/address.hpp"

namespace jkproxy::app {

// A socket that somebody listens on.
struct ListeningSocket {
  std::uint64_t inode = 0;
  uid_t user = 0;

  bool operator==(const ListeningSocket&) const = default;
};

// The first socket in `table`, the text of /proc/net/tcp or tcp6, that stands in the way of a
// listener at `address` (v4 or v6): same port, and the same address or one of the two every
// address.
std::optional<ListeningSocket> socket_in_the_way(std::string_view table,
                                                 const routing::Address& address);

// Who listens where we want to, as far as it can be known: "java (pid 4711)", else "a process of
// user tomcat" (other users' processes show their sockets to root only), else empty. Reads /proc.
std::string port_owner(const routing::Address& address);

}  // namespace jkproxy::app

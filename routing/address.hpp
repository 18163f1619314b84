#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "config/settings.hpp"

namespace jkproxy::routing {

// A socket address, ready for connect and bind.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  bool operator==(const Address& other) const;
};

// The address of a literal (v4, v6, unix path); nothing when it is a name that must be resolved.
std::optional<Address> literal_address(const config::Endpoint& endpoint);

// Without port: "10.0.0.1", "::1", "unix". A v4 address mapped into v6 is shown as v4.
std::string host_text(const Address& address);

// 0 for unix sockets.
std::uint16_t port_of(const Address& address);

}  // namespace jkproxy::routing

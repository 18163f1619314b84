#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "routing/address.hpp"

namespace jkproxy::proxy {

// One end of a TCP connection. v4 addresses are mapped into v6, as config::Network has them.
struct SocketEnd {
  std::array<std::uint8_t, 16> host{};
  std::uint16_t port = 0;

  bool is_v4() const;
  bool operator==(const SocketEnd&) const = default;
};

// Nothing but zeros for unix sockets.
SocketEnd end_of(const routing::Address& address);
// "192.0.2.1", "2001:db8::1".
std::string host_text(const SocketEnd& end);

// Both ends of a connection.
struct SocketEnds {
  SocketEnd source;
  SocketEnd destination;
};

// What a load balancer that speaks no HTTP says of the connection that it passes on, in front of
// all else (HAProxy's "The PROXY protocol", versions 1 and 2).
struct ProxyHeader {
  std::size_t size = 0;   // bytes
  bool has_ends = false;  // false: LOCAL, UNKNOWN, a unix socket, UDP: nobody is named
  bool tls = false;       // the client spoke TLS to the sender (PP2_TYPE_SSL)
  SocketEnds ends;
};

// The longest header of version 2 that is read: more than 16 KiB of TLVs nobody sends.
inline constexpr std::size_t longest_proxy_header = 16UL * 1024;

enum class ProxyHeaderFound : std::uint8_t { need_more, complete, malformed };

// The header at the front of `bytes`. Version 1: one line of at most 107 bytes. Version 2: lengths
// and TLVs must fit, and a CRC32C must be right. What stands behind it is not looked at.
ProxyHeaderFound find_proxy_header(std::string_view bytes, ProxyHeader& header);

// Appends the header for a connection that is passed on; `v2` without TLVs. Without ends, as of a
// unix socket, it names nobody.
void append_proxy_header(config::SendProxy version, const std::optional<SocketEnds>& ends,
                         std::string& out);

}  // namespace jkproxy::proxy

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/message_head.hpp"

namespace jkproxy::proxy {

// Fields that concern one connection only, or that we build anew, and so are never copied, in
// either direction (RFC 9110 7.6.1): Connection, Keep-Alive, Proxy-*, TE, Trailer (trailers are
// dropped), Transfer-Encoding, Content-Length, Upgrade, HTTP2-Settings.
bool is_hop_by_hop(http::field id);

// Fields that a peer may not have dropped by naming them in Connection: Host, Content-Length,
// Cookie, Set-Cookie, Authorization, Forwarded, X-Forwarded-*.
bool is_protected(http::field id, std::string_view name);

// The fields that tell a worker where a request came from.
enum class ForwardedField : std::uint8_t {
  other,
  forwarded_for,    // X-Forwarded-For
  forwarded_proto,  // X-Forwarded-Proto
  forwarded_host,   // X-Forwarded-Host
  forwarded_port,   // X-Forwarded-Port
  forwarded_more,   // X-Forwarded-Prefix, -Ssl, -Server and whatever else begins so; never ours
};
ForwardedField forwarded_field(std::string_view name);

// True for a name that differs from X-Forwarded-*, or from a field of framing, only by `_` for `-`:
// what reads both alike would take the client's word for ours. Also for `Proxy`, which CGI
// turns into HTTP_PROXY (httpoxy, CVE-2016-5387).
bool is_spoof(std::string_view name);

// The number that all Content-Length lines agree on (RFC 9112 6.3). Lists of equal numbers count as
// one, as Beast reads them; nothing: not a number, or different ones, or beyond 2^63 - 1.
class ContentLength {
 public:
  // False: malformed.
  bool add(std::string_view value);
  std::optional<std::uint64_t> value() const { return value_; }

 private:
  std::optional<std::uint64_t> value_;
};

}  // namespace jkproxy::proxy

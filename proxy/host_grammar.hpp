#pragma once

#include <string_view>

namespace jkproxy::proxy {

// True for what may stand in a Host field, or as the authority of an absolute-form target: a name,
// an IPv4 address or a bracketed IPv6 address, and a port or none. Narrower than RFC 3986 3.2.2 and
// as narrow as Tomcat: a name holds letters, digits, `-`, `_` and `.`; no user, no percent escapes,
// no IPvFuture, no zone.
bool is_authority(std::string_view text);

}  // namespace jkproxy::proxy

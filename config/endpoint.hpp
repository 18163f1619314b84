#pragma once

#include <string>
#include <string_view>

#include "config/parsed.hpp"
#include "config/settings.hpp"

namespace jkproxy::config {

enum class HostKind {
  none,   // empty
  v4,     // four numbers
  v6,     // only where the form has brackets
  name,   // for the resolver
  wrong,  // nothing of these; 10.0.0.300 is a mistyped address and no name
};

// Without brackets, so never v6.
HostKind host_kind(const std::string& host);

// A v6 address without brackets.
bool is_v6(const std::string& text);

// `::` in any spelling.
bool is_unspecified_v6(const std::string& text);

// One spelling for each literal address; a name stays as it is.
std::string canonical_host(const std::string& host);

// `ADDRESS:PORT`, `[V6]:PORT`, `:PORT` (all addresses, v4 and v6) or `unix:PATH`. Port 0: any.
// ADDRESS is a number, not a name.
Parsed<Endpoint> parse_bind(std::string_view text);

// `http://HOST[:PORT]`, port 80 when left out; no path.
Parsed<Endpoint> parse_worker_url(std::string_view text);

// `10.0.0.0/8`, `::1/128`, or a single address; no bits set behind the prefix.
Parsed<Network> parse_network(std::string_view text);

}  // namespace jkproxy::config

#pragma once

#include <string_view>

#include "config/parsed.hpp"
#include "config/settings.hpp"

namespace jkproxy::config {

// `ADDRESS:PORT`, `[V6]:PORT`, `:PORT` (all addresses, v4 and v6) or `unix:PATH`. Port 0: any.
Parsed<Endpoint> parse_bind(std::string_view text);

// `http://HOST[:PORT]`, port 80 when left out; no path.
Parsed<Endpoint> parse_worker_url(std::string_view text);

// `10.0.0.0/8`, `::1/128`, or a single address.
Parsed<Network> parse_network(std::string_view text);

}  // namespace jkproxy::config

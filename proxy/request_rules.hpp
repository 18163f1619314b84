#pragma once

#include <optional>
#include <string_view>

#include "proxy/limits.hpp"
#include "proxy/message_head.hpp"

namespace jkproxy::proxy {

// Why a request goes no further: status and one line for the client and the log.
struct Refusal {
  int status = 400;
  std::string_view reason;  // static text
  Limit limit = Limit::none;
};

// What the rules found in a good request; slices count from the head's first byte.
struct RequestFacts {
  Framing framing;
  Slice host;  // authority: of the absolute-form target, else of Host; empty in HTTP/1.0
  Slice path;  // origin-form target, path and query, as it is forwarded
  std::string_view before_path;  // to be forwarded before it: `/` or `*`; static text
  bool keep_alive = true;        // the client's connection may serve another request
  bool expects_continue = false;
  bool idempotent = false;  // RFC 9110 9.2.2
  bool is_head = false;
  Slice upgrade;  // the one protocol that it asks to switch to (RFC 9110 7.8); empty: none
  bool may_upgrade = false;  // set by who knows what is allowed; else the request goes on without
};

// RFC 9112 and http smuggling lore, what Beast's parser lets through included: Transfer-Encoding
// (only exactly `chunked`, only HTTP/1.1, never with Content-Length), Content-Length (one canonical
// number), Host (exactly one in HTTP/1.1, its grammar), request target (origin-form, absolute-form,
// `*` for OPTIONS only), TRACE and CONNECT, Expect, Connection.
// Nothing: `facts` holds the result. Refusals that concern framing close the connection.
std::optional<Refusal> check_request(const RequestHead& head, std::string_view bytes,
                                     RequestFacts& facts);

}  // namespace jkproxy::proxy

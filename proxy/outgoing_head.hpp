#pragma once

#include <string>
#include <string_view>

#include "proxy/message_head.hpp"
#include "proxy/request_rules.hpp"
#include "proxy/response_rules.hpp"

namespace jkproxy::proxy {

// Where a request came from, for X-Forwarded-*.
struct Origin {
  std::string_view client_address;  // without port
  std::string_view listener_port;   // digits; empty for unix sockets
  std::string_view request_id;
  std::string_view request_id_field{};  // its name; empty: it is not sent
  bool trusted = false;  // by `trusted_proxies`: what it sent in X-Forwarded-* is kept
  bool tls = false;
};

// Appends the head that the worker gets, empty line included: method and target as they came
// (absolute-form rewritten), HTTP/1.1, one Host preserved byte for byte (made from the
// absolute-form authority), end-to-end fields in their order and spelling, framing rebuilt,
// X-Forwarded-For, -Proto, -Host, -Port set or, from a trusted proxy, kept and extended (no -Port
// of ours next to a -Proto or -Host of theirs). Left out: Forwarded and all other
// X-Forwarded-* of strangers, hop-by-hop fields and those that Connection names (but never Host,
// Content-Length, Cookie, Authorization or X-Forwarded-*, RFC 9110 7.6.1), fields that differ from
// ours or X-Forwarded-* only by `_` for `-`, and `Proxy` (httpoxy). The request id is always ours:
// whoever is trusted to give one has been asked before. An HTTP/1.0 request without
// Host gets an empty one.
void compose_request_head(const RequestHead& head, std::string_view bytes,
                          const RequestFacts& facts, const Origin& origin, std::string& out);

// What becomes of an answer on its way to the client.
struct Delivery {
  bool client_http11 = true;
  bool client_keep_alive = true;  // we would keep the connection
};

// How the client gets the body, and whether its connection lives on.
struct DeliveryPlan {
  Framing framing;  // until_close: the end of the connection ends the body
  bool keep_alive = true;
};

// Length stays length; chunked and until_close become chunked for HTTP/1.1, until_close for 1.0.
DeliveryPlan plan_delivery(const ResponseFacts& facts, const Delivery& delivery,
                           bool answers_head_request);

// Appends the head that the client gets: status line with the worker's reason, end-to-end fields
// in their order (Set-Cookie lines untouched, one each), framing rebuilt, Connection as planned.
// For HEAD, 204 and 304 the worker's Content-Length is passed on where RFC 9110 8.6 allows it.
void compose_response_head(const ResponseHead& head, std::string_view bytes,
                           const ResponseFacts& facts, const DeliveryPlan& plan, bool client_http11,
                           std::string& out);

// The 101 behind which the connection is a tunnel for `protocol`.
void compose_switch_head(const ResponseHead& head, std::string_view bytes,
                         std::string_view protocol, std::string& out);

// An interim answer, for HTTP/1.1 clients only.
void compose_interim_head(const ResponseHead& head, std::string_view bytes, std::string& out);

}  // namespace jkproxy::proxy

#pragma once

#include <optional>
#include <string_view>

#include "proxy/message_head.hpp"

namespace jkproxy::proxy {

// What the rules found in a worker's good answer.
struct ResponseFacts {
  Framing framing;
  bool keep_alive = true;  // the worker's connection may be used again
  bool interim = false;    // 1xx
  bool switches = false;   // 101, to the protocol that was asked for
};

// Strict about what a worker sends (RFC 9112 6.3): two lengths that differ, Transfer-Encoding other
// than `chunked`, together with Content-Length or from HTTP/1.0, a status outside 100..599, a 101
// that nobody asked for, or
// to another protocol than `upgrade` (empty: none): a static text says what is wrong and the answer
// becomes 502. HEAD, 1xx, 204 and 304 have no body, whatever the fields say.
std::optional<std::string_view> check_response(const ResponseHead& head, std::string_view bytes,
                                               bool answers_head_request, std::string_view upgrade,
                                               ResponseFacts& facts);

// True for a final answer that a web server gives without a look at the session: 304, or one that
// tells when its file was changed.
bool is_static_file(const ResponseHead& head);

}  // namespace jkproxy::proxy

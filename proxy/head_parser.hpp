#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/settings.hpp"
#include "proxy/message_head.hpp"

namespace jkproxy::proxy {

// Looks for the end of a head, line by line. Remembers how far it has looked, so that a head that
// comes byte by byte costs no more than one that comes at once.
struct HeadSearch {
  enum class Found : std::uint8_t {
    need_more,
    complete,            // `size` bytes, the empty line included
    bare_line_end,       // a CR or LF that stands alone where a line ends: 400
    request_line_limit,  // first line longer than allowed: 414
    head_limit,          // 431
  };
  std::size_t looked = 0;  // bytes already looked at
  std::size_t line = 0;    // start of the current line
  std::size_t size = 0;    // of the head, when complete

  // `bytes` starts with the head and may go on behind it. Empty lines before a request line are the
  // caller's to skip.
  Found find_end(std::string_view bytes, std::uint64_t line_limit, std::uint64_t head_limit);
};

enum class [[nodiscard]] Parsed : std::uint8_t{
    good,
    malformed,            // 400, or 502 from a worker
    too_many_fields,      // 431
    unsupported_version,  // 505: HTTP/2.0 and the like, HTTP/0.9
};

// `head` is exactly one complete head, its empty line included. The parsers derive from
// beast::http::basic_parser and record slices. Rules of framing and fields are request_rules' and
// response_rules'; here is grammar only, strict: names are tokens, values hold no CR, LF or NUL, no
// blank before the colon, no obs-fold in requests (a blank in its place in responses is not made:
// obs-fold in a response is malformed).
Parsed parse_request_head(std::string_view head, std::uint64_t max_fields, RequestHead& parsed);
Parsed parse_response_head(std::string_view head, std::uint64_t max_fields, ResponseHead& parsed);

}  // namespace jkproxy::proxy

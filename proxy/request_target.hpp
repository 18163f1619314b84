#pragma once

#include <string_view>

#include "proxy/message_head.hpp"

namespace jkproxy::proxy {

// A request target taken apart (RFC 9112 3.2). Slices count from where `target` counts.
struct RequestTarget {
  Slice authority;  // of absolute-form; else empty
  Slice path;       // path and query, beginning with a slash; `*` for the asterisk-form
  std::string_view before_path;  // what to send before `path`, for an absolute-form without a path
};

// False: not origin-form, absolute-form with http or https, or `*` with OPTIONS; or it holds `#`, a
// control character or a byte outside ASCII; or its authority is not one. An absolute-form
// without a path has the path `/` (RFC 9112 3.2.1), or is `*` for OPTIONS without a query (3.2.4).
bool read_target(const RequestHead& head, std::string_view bytes, RequestTarget& found);

}  // namespace jkproxy::proxy

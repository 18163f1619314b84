#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace jkproxy::proxy {

// The reason phrase of a status that we send ourselves.
std::string_view reason_phrase(int status);

struct ErrorPage {
  int status = 500;
  std::string_view detail;      // one line: what happened; static text, never a peer's bytes
  std::string_view request_id;  // in the log as well
  int retry_after_seconds = 0;  // 0: no Retry-After
  std::time_t now = 0;          // for Date (RFC 9110 6.6.1)
  bool keep_alive = false;
  bool head_only = false;                          // answers HEAD
  const config::ErrorPageSettings* own = nullptr;  // the operator's, instead of ours
};

// The operator's page for this status, or null.
const config::ErrorPageSettings* own_page(const config::Settings& settings, int status);

// Appends a whole answer, head and body: the operator's, or a small one in HTML. No Set-Cookie, no
// word about what is inside.
void compose_error_page(const ErrorPage& page, std::string& out);

}  // namespace jkproxy::proxy

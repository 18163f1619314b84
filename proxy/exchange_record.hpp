#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "routing/clock.hpp"
#include "routing/session_verdict.hpp"

namespace jkproxy::proxy {

// The facts of one exchange, filled in along the way and used once, at its end, for the log line
// and the counters. Views point into memory that lives until then.
struct ExchangeRecord {
  std::string_view client;        // address without port
  std::string_view request_line;  // as it came, without CRLF; empty when no line was read
  std::string_view referer;
  std::string_view user_agent;
  std::string_view request_id;
  std::string_view worker;     // name; empty: none
  std::string_view route_in;   // of the session id that came
  std::string_view route_out;  // of the Set-Cookie that went out
  routing::Reason decision = routing::Reason::none;
  routing::SessionVerdict session = routing::SessionVerdict::none;
  int status = 0;                         // 0: the client left before an answer (logged as 499)
  std::uint64_t bytes_sent = 0;           // body bytes to the client
  int tries = 0;                          // attempts at workers
  bool aborted = false;                   // the answer's body was cut off
  routing::TimePoint begin;               // first byte of the head
  std::chrono::microseconds connect{-1};  // -1: none was made (logged as -)
  std::chrono::microseconds head{-1};     // begin to final response head
  std::chrono::microseconds total{0};
};

}  // namespace jkproxy::proxy

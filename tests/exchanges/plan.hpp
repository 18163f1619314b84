#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/exchanges/message.hpp"

namespace jkproxy::exchanges {

// What a worker does with an attempt at an exchange.
enum class Deed : std::uint8_t {
  answer,
  answer_early,      // before it has read the body; then it closes
  close_at_once,     // reads nothing but the head
  close_unanswered,  // has executed it
  reset_unanswered,  // the same
  break_in_head,
  break_in_body,  // where the body has a length or chunks
  malformed,      // something that is no answer
};

struct Answer {
  Message message;
  int interims = 0;
  bool keeps_alive = true;
};

// All of one exchange: what the client sends, what the worker does, what must come of it. The same
// seed gives the same plan, at both ends and in each run.
struct Plan {
  std::uint64_t seed = 0;
  Message request;    // the fields that must reach the worker, in this order
  Fields hop_by_hop;  // the fields that must not
  std::string bytes;  // of the request, as the client sends them
  bool idempotent = true;
  bool is_head = false;
  bool expects_continue = false;
  bool client_closes = false;  // it announces to
  bool old_client = false;     // HTTP/1.0
  // Something in `bytes` is wrong: it must be refused, with one of these, and reach no worker. 0:
  // the connection may be ended without a word.
  std::vector<int> refusals;
  bool body_is_wrong = false;  // its head may reach a worker

  Answer answer;
  std::array<Deed, 3> deeds{};  // of the first attempt, the second, all others

  Deed deed(int attempt) const { return deeds[static_cast<std::size_t>(std::min(attempt, 2))]; }
  bool can_share_a_connection() const {
    return refusals.empty() && !client_closes && !old_client && !expects_continue;
  }
};

Plan make_plan(std::uint64_t seed);

}  // namespace jkproxy::exchanges

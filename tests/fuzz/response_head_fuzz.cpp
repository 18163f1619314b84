// What a client gets for any answer head that we let through: it parses again, to the same status
// and reason, framed as planned, with no hop-by-hop field.
// First byte of the input: what the client is and asked.

#include "proxy/field_rules.hpp"
#include "proxy/head_parser.hpp"
#include "proxy/outgoing_head.hpp"
#include "tests/fuzz/property.hpp"

namespace jkproxy::proxy {
namespace {

using fuzz::require;

std::size_t count_of(const ResponseHead& head, http::field id) {
  std::size_t count = 0;
  for (const auto& field : head.fields)
    if (field.name_id == id) ++count;
  return count;
}

// Parses what we made; it must be exactly one head.
void parse_sent(const std::string& out, ResponseHead& sent) {
  HeadSearch search;
  require(search.find_end(out, 65536, 65536) == HeadSearch::Found::complete &&
              search.size == out.size(),
          "exactly one head is sent");
  require(parse_response_head(out, 200, sent) == Parsed::good, "what is sent parses");
  for (const auto& field : sent.fields) {
    const bool ours = field.name_id == http::field::content_length ||
                      field.name_id == http::field::transfer_encoding ||
                      field.name_id == http::field::connection;
    require(ours || !is_hop_by_hop(field.name_id), "no hop-by-hop field is sent");
  }
}

void check_interim(const ResponseHead& head, std::string_view bytes) {
  std::string out;
  compose_interim_head(head, bytes, out);
  ResponseHead sent;
  parse_sent(out, sent);
  require(sent.status == head.status, "the status is the same");
  require(count_of(sent, http::field::content_length) == 0 &&
              count_of(sent, http::field::transfer_encoding) == 0,
          "an interim answer announces no body");
}

void check_switch(const ResponseHead& head, std::string_view bytes, std::string_view upgrade) {
  require(!upgrade.empty(), "nobody switches unasked");
  std::string out;
  compose_switch_head(head, bytes, upgrade, out);
  ResponseHead sent;
  parse_sent(out, sent);
  ResponseFacts facts;
  require(!check_response(sent, out, false, upgrade, facts), "what is sent is let through");
  require(facts.switches, "the switch is sent on");
}

void check_final(const ResponseHead& head, std::string_view bytes, const ResponseFacts& facts,
                 const Delivery& delivery, bool to_head) {
  const auto plan = plan_delivery(facts, delivery, to_head);
  std::string out;
  compose_response_head(head, bytes, facts, plan, delivery.client_http11, out);
  ResponseHead sent;
  parse_sent(out, sent);
  ResponseFacts sent_facts;
  require(!check_response(sent, out, to_head, {}, sent_facts), "what is sent is let through");
  require(sent.status == head.status, "the status is the same");
  require(sent.reason.in(out) == head.reason.in(bytes), "the reason is the same");
  require(sent_facts.framing == plan.framing, "the framing is as planned");
  require(count_of(sent, http::field::set_cookie) == count_of(head, http::field::set_cookie),
          "every Set-Cookie is sent");
  require(delivery.client_http11 || plan.framing.kind != Framing::Kind::chunked,
          "no chunks go to HTTP/1.0");
  require(sent_facts.keep_alive == plan.keep_alive, "the client is told what becomes of the line");
}

void check(std::string_view input) {
  const auto selector = static_cast<unsigned char>(input.front());
  const auto bytes = input.substr(1);
  ResponseHead head;
  if (parse_response_head(bytes, 100, head) != Parsed::good) return;
  const bool to_head = (selector & 1) != 0;
  const Delivery delivery{.client_http11 = (selector & 2) != 0,
                          .client_keep_alive = (selector & 4) != 0};
  const std::string_view upgrade = (selector & 8) != 0 ? "websocket" : "";
  ResponseFacts facts;
  if (check_response(head, bytes, to_head, upgrade, facts)) {
    require(!facts.keep_alive, "a refused answer keeps no connection");
    return;
  }
  if (facts.switches) return check_switch(head, bytes, upgrade);
  if (facts.interim) return check_interim(head, bytes);
  check_final(head, bytes, facts, delivery, to_head);
}

}  // namespace
}  // namespace jkproxy::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size > 1) jkproxy::proxy::check(jkproxy::fuzz::text_of(bytes, size));
  return 0;
}

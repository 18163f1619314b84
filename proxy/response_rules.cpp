#include "proxy/response_rules.hpp"

#include "proxy/ascii.hpp"
#include "proxy/connection_options.hpp"
#include "proxy/field_rules.hpp"

namespace jkproxy::proxy {
namespace {

struct Codings {
  ContentLength length;
  bool chunked = false;
};

std::optional<std::string_view> read_codings(const ResponseHead& head, std::string_view bytes,
                                             Codings& found) {
  for (const auto& field : head.fields) {
    if (field.name_id == http::field::content_length) {
      if (!found.length.add(field.value.in(bytes)))
        return "The worker's Content-Length is not one number.";
    } else if (field.name_id == http::field::transfer_encoding) {
      if (found.chunked || !equals_ignoring_case(field.value.in(bytes), "chunked"))
        return "The worker's Transfer-Encoding is not exactly chunked.";
      found.chunked = true;
    }
  }
  if (found.chunked && found.length.value())
    return "The worker's answer has both Transfer-Encoding and Content-Length.";
  if (found.chunked && head.version < 11) return "The worker's chunked answer is HTTP/1.0.";
  return std::nullopt;
}

// RFC 9112 6.3.
Framing framing_of(const Codings& found) {
  if (found.chunked) return {.kind = Framing::Kind::chunked, .length = 0};
  if (const auto length = found.length.value())
    return {.kind = Framing::Kind::length, .length = *length};
  return {.kind = Framing::Kind::until_close, .length = 0};
}

// These may not announce a body (RFC 9110 8.6, RFC 9112 6.1). One that does may send it as well.
bool may_be_followed_by_bytes(int status, const Codings& found) {
  return (status < 200 || status == 204) && (found.chunked || found.length.value().value_or(0) > 0);
}

// RFC 9110 7.8: a 101 names the protocol in Upgrade, and Upgrade in Connection.
bool switches_to(std::string_view protocol, const ResponseHead& head,
                 const ConnectionOptions& options, std::string_view bytes) {
  int upgrades = 0;
  bool is_it = options.upgrade() && head.version >= 11;
  for (const auto& field : head.fields) {
    if (field.name_id != http::field::upgrade) continue;
    ++upgrades;
    is_it = is_it && equals_ignoring_case(field.value.in(bytes), protocol);
  }
  return is_it && upgrades == 1;
}

}  // namespace

std::optional<std::string_view> check_response(const ResponseHead& head, std::string_view bytes,
                                               bool answers_head_request, std::string_view upgrade,
                                               ResponseFacts& facts) {
  facts = {};
  facts.keep_alive = false;  // until all is good
  if (head.status < 100 || head.status > 599) return "The worker's status is not one of HTTP's.";
  if (head.status == 101 && upgrade.empty()) return "The worker switched protocols unasked.";
  Codings found;
  if (auto fault = read_codings(head, bytes, found)) return fault;
  const ConnectionOptions options{head.fields, bytes};
  if (options.too_many()) return "The worker's Connection names too many fields.";

  if (head.status == 101 && !switches_to(upgrade, head, options, bytes))
    return "The worker switched to another protocol than it was asked for.";

  facts.switches = head.status == 101;
  if (facts.switches) return std::nullopt;
  facts.interim = head.status < 200;
  const bool no_body =
      answers_head_request || facts.interim || head.status == 204 || head.status == 304;
  facts.framing = no_body ? Framing{} : framing_of(found);
  facts.keep_alive = !options.close() && (head.version >= 11 || options.keep_alive()) &&
                     facts.framing.kind != Framing::Kind::until_close &&
                     !may_be_followed_by_bytes(head.status, found);
  return std::nullopt;
}

bool is_static_file(const ResponseHead& head) {
  if (head.status == 304) return true;
  return std::any_of(head.fields.begin(), head.fields.end(), [](const auto& field) {
    return field.name_id == http::field::last_modified ||
           field.name_id == http::field::accept_ranges;
  });
}

}  // namespace jkproxy::proxy

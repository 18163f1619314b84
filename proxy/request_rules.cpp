#include "proxy/request_rules.hpp"

#include "proxy/ascii.hpp"
#include "proxy/connection_options.hpp"
#include "proxy/field_rules.hpp"
#include "proxy/host_grammar.hpp"
#include "proxy/request_target.hpp"

namespace jkproxy::proxy {
namespace {

// The fields that decide, found in one pass.
struct DecidingFields {
  ContentLength length;
  Slice transfer_encoding;
  Slice host;
  int transfer_encodings = 0;
  int hosts = 0;
  bool bad_length = false;
  bool expects_continue = false;
  bool expects_other = false;
  Slice upgrade;
  int upgrades = 0;
};

void note_expectation(std::string_view value, DecidingFields& found) {
  if (equals_ignoring_case(value, "100-continue")) {
    found.expects_continue = true;
  } else {
    found.expects_other = true;
  }
}

DecidingFields find_deciding_fields(const RequestHead& head, std::string_view bytes) {
  DecidingFields found;
  for (const auto& field : head.fields) {
    switch (field.name_id) {
      case http::field::host:
        found.host = field.value;
        ++found.hosts;
        break;
      case http::field::content_length:
        if (!found.length.add(field.value.in(bytes))) found.bad_length = true;
        break;
      case http::field::transfer_encoding:
        found.transfer_encoding = field.value;
        ++found.transfer_encodings;
        break;
      case http::field::expect: note_expectation(field.value.in(bytes), found); break;
      case http::field::upgrade:
        found.upgrade = field.value;
        ++found.upgrades;
        break;
      default: break;
    }
  }
  return found;
}

bool mentions_chunked(std::string_view codings) {
  for (std::size_t i = 0; i + 7 <= codings.size(); ++i)
    if (equals_ignoring_case(codings.substr(i, 7), "chunked")) return true;
  return false;
}

// RFC 9112 6.1: anything but the one coding that we take off again is refused, so that nobody
// behind us can read the message's end differently.
std::optional<Refusal> check_transfer_encoding(const RequestHead& head, std::string_view bytes,
                                               const DecidingFields& found) {
  const auto coding = found.transfer_encoding.in(bytes);
  if (found.length.value() || found.bad_length)
    return Refusal{400, "The request has both Transfer-Encoding and Content-Length."};
  if (head.version < 11) return Refusal{400, "Transfer-Encoding needs HTTP/1.1."};
  if (found.transfer_encodings > 1)
    return Refusal{400, "The request has more than one Transfer-Encoding."};
  if (equals_ignoring_case(coding, "chunked")) return std::nullopt;
  if (coding.empty() || mentions_chunked(coding))
    return Refusal{400, "The request's Transfer-Encoding is not exactly chunked."};
  return Refusal{501, "The request's transfer coding is not implemented."};
}

std::optional<Refusal> check_framing(const RequestHead& head, std::string_view bytes,
                                     const DecidingFields& found, Framing& framing) {
  framing = {};
  if (found.transfer_encodings > 0) {
    framing.kind = Framing::Kind::chunked;
    return check_transfer_encoding(head, bytes, found);
  }
  if (found.bad_length) return Refusal{400, "The request's Content-Length is not one number."};
  if (const auto length = found.length.value())
    framing = {.kind = Framing::Kind::length, .length = *length};
  return std::nullopt;
}

// RFC 9112 3.2. An empty Host names no http server (RFC 9110 4.2.1).
std::optional<Refusal> check_host(const RequestHead& head, std::string_view bytes,
                                  const DecidingFields& found) {
  if (found.hosts == 0) {
    if (head.version < 11) return std::nullopt;
    return Refusal{400, "The request has no Host."};
  }
  if (found.hosts > 1) return Refusal{400, "The request has more than one Host."};
  if (!is_authority(found.host.in(bytes))) return Refusal{400, "The request's Host is malformed."};
  return std::nullopt;
}

std::optional<Refusal> check_method(http::verb verb) {
  if (verb == http::verb::trace) return Refusal{405, "TRACE is not allowed."};
  if (verb == http::verb::connect) return Refusal{400, "CONNECT is not for a reverse proxy."};
  return std::nullopt;
}

bool is_idempotent(http::verb verb) {
  switch (verb) {
    case http::verb::get:
    case http::verb::head:
    case http::verb::put:
    case http::verb::delete_:
    case http::verb::options: return true;
    default: return false;
  }
}

bool stays_open(int version, const ConnectionOptions& options) {
  if (options.close()) return false;
  return version >= 11 || options.keep_alive();
}

}  // namespace

std::optional<Refusal> check_request(const RequestHead& head, std::string_view bytes,
                                     RequestFacts& facts) {
  const auto found = find_deciding_fields(head, bytes);
  facts = {};
  facts.keep_alive = false;  // until all is good
  facts.is_head = head.verb == http::verb::head;
  if (auto refusal = check_framing(head, bytes, found, facts.framing)) return refusal;
  if (auto refusal = check_method(head.verb)) return refusal;
  RequestTarget target;
  if (!read_target(head, bytes, target)) return Refusal{400, "The request's target is malformed."};
  if (auto refusal = check_host(head, bytes, found)) return refusal;
  const ConnectionOptions options{head.fields, bytes};
  if (options.too_many()) return Refusal{400, "The request's Connection names too many fields."};
  if (found.expects_other) return Refusal{417, "Only 100-continue can be expected."};

  const bool has_body = facts.framing.kind == Framing::Kind::chunked || facts.framing.length > 0;
  facts.host = target.authority.length > 0 ? target.authority : found.host;
  facts.path = target.path;
  facts.before_path = target.before_path;
  facts.keep_alive = stays_open(head.version, options);
  // RFC 9110 10.1.1: to be ignored in HTTP/1.0, and without content.
  facts.expects_continue = found.expects_continue && has_body && head.version >= 11;
  facts.idempotent = is_idempotent(head.verb);
  const bool upgrades = found.upgrades == 1 && options.upgrade() && head.version >= 11;
  if (upgrades && !has_body) facts.upgrade = found.upgrade;
  return std::nullopt;
}

}  // namespace jkproxy::proxy

#include "proxy/outgoing_head.hpp"

#include <array>
#include <charconv>

#include "proxy/connection_options.hpp"
#include "proxy/field_rules.hpp"
#include "proxy/request_id.hpp"

namespace jkproxy::proxy {
namespace {

constexpr std::string_view line_end = "\r\n";

void append_number(std::uint64_t number, std::string& out) {
  std::array<char, 20> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), result.ptr);
}

void append_line(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append(line_end);
}

// The field line, canonical. In one piece if it came so.
void append_field(const Field& field, std::string_view bytes, std::string& out) {
  const auto name_end = field.name.offset + field.name.length;
  const auto value_end = field.value.offset + field.value.length;
  if (field.value.offset == name_end + 2 && bytes[name_end + 1] == ' ' &&
      bytes[value_end] == '\r') {
    out.append(bytes.substr(field.name.offset, value_end + 2 - field.name.offset));
    return;
  }
  append_line(field.name.in(bytes), field.value.in(bytes), out);
}

void append_framing(const Framing& framing, std::string& out) {
  if (framing.kind == Framing::Kind::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (framing.kind == Framing::Kind::length) {
    out.append("Content-Length: ");
    append_number(framing.length, out);
    out.append(line_end);
  }
}

void append_upgrade(std::string_view protocol, std::string& out) {
  append_line("Connection", "Upgrade", out);
  append_line("Upgrade", protocol, out);
}

// Peers on unix sockets count as 127.0.0.1.
std::string_view address_of(const Origin& origin) {
  return origin.client_address == "unix" ? "127.0.0.1" : origin.client_address;
}

// Copies a request's end-to-end fields, and notes what a trusted proxy said.
class FieldCopier {
 public:
  FieldCopier(const RequestHead& head, std::string_view bytes, const Origin& origin,
              std::string& out)
      : bytes_{bytes}, origin_{origin}, options_{head.fields, bytes}, out_{out} {
    for (const auto& field : head.fields)
      if (passes(field)) append_field(field, bytes_, out_);
  }

  void append_forwarded(const RequestHead& head, std::string_view host) {
    append_forwarded_for(head);
    if (!has_proto_) append_line("X-Forwarded-Proto", origin_.tls ? "https" : "http", out_);
    if (!has_host_ && !host.empty()) append_line("X-Forwarded-Host", host, out_);
    // Our port would contradict the scheme and host that the proxy before us saw.
    if (!has_port_ && !has_proto_ && !has_host_ && !origin_.listener_port.empty())
      append_line("X-Forwarded-Port", origin_.listener_port, out_);
  }

 private:
  bool passes(const Field& field) {
    if (field.name.length == origin_.request_id_field.size() &&
        is_request_id_field(field.name.in(bytes_), origin_.request_id_field))
      return false;
    switch (field.name_id) {
      case http::field::unknown: return passes_unknown(field.name.in(bytes_));
      case http::field::host:    // written first
      case http::field::expect:  // written with the framing
        return false;
      case http::field::forwarded: return origin_.trusted;
      default:
        return !is_hop_by_hop(field.name_id) &&
               !options_.removes(field.name_id, field.name.in(bytes_));
    }
  }

  bool passes_unknown(std::string_view name) {
    switch (forwarded_field(name)) {
      case ForwardedField::forwarded_for: forwarded_for_ = origin_.trusted; return false;
      case ForwardedField::forwarded_proto: return has_proto_ = origin_.trusted;
      case ForwardedField::forwarded_host: return has_host_ = origin_.trusted;
      case ForwardedField::forwarded_port: return has_port_ = origin_.trusted;
      // The worker believes whatever bears this name; ours are the four above.
      case ForwardedField::forwarded_more: return origin_.trusted && !is_spoof(name);
      case ForwardedField::other: break;
    }
    return !is_spoof(name) && !options_.removes(http::field::unknown, name);
  }

  // All that came, in one line, then the peer.
  void append_forwarded_for(const RequestHead& head) {
    out_.append("X-Forwarded-For: ");
    if (forwarded_for_) {
      for (const auto& field : head.fields) {
        if (field.name_id != http::field::unknown || field.value.length == 0) continue;
        if (forwarded_field(field.name.in(bytes_)) != ForwardedField::forwarded_for) continue;
        out_.append(field.value.in(bytes_)).append(", ");
      }
    }
    out_.append(address_of(origin_)).append(line_end);
  }

  std::string_view bytes_;
  const Origin& origin_;
  ConnectionOptions options_;
  std::string& out_;
  bool forwarded_for_ = false;
  bool has_proto_ = false;
  bool has_host_ = false;
  bool has_port_ = false;
};

void append_status_line(const ResponseHead& head, std::string_view bytes, std::string& out) {
  out.append("HTTP/1.1 ");
  append_number(static_cast<std::uint64_t>(head.status), out);
  out.append(" ").append(head.reason.in(bytes)).append(line_end);
}

void copy_fields(const ResponseHead& head, std::string_view bytes, std::string& out) {
  const ConnectionOptions options{head.fields, bytes};
  for (const auto& field : head.fields) {
    if (is_hop_by_hop(field.name_id)) continue;
    if (!options.removes(field.name_id, field.name.in(bytes))) append_field(field, bytes, out);
  }
}

// The length that a GET would have had (RFC 9110 8.6), in an answer without a body.
void append_announced_length(const ResponseHead& head, std::string_view bytes, std::string& out) {
  ContentLength length;
  for (const auto& field : head.fields)
    if (field.name_id == http::field::content_length && !length.add(field.value.in(bytes))) return;
  if (const auto announced = length.value())
    append_framing({.kind = Framing::Kind::length, .length = *announced}, out);
}

}  // namespace

void compose_request_head(const RequestHead& head, std::string_view bytes,
                          const RequestFacts& facts, const Origin& origin, std::string& out) {
  const auto host = facts.host.in(bytes);
  out.append(head.method.in(bytes)).append(" ");
  if (!facts.before_path.empty()) out.append(facts.before_path);
  out.append(facts.path.in(bytes));
  out.append(" HTTP/1.1\r\nHost: ").append(host).append(line_end);
  FieldCopier copier{head, bytes, origin, out};
  copier.append_forwarded(head, host);
  if (!origin.request_id_field.empty())
    append_line(origin.request_id_field, origin.request_id, out);
  append_framing(facts.framing, out);
  if (facts.may_upgrade) append_upgrade(facts.upgrade.in(bytes), out);
  if (facts.expects_continue) out.append("Expect: 100-continue\r\n");
  out.append(line_end);
}

DeliveryPlan plan_delivery(const ResponseFacts& facts, const Delivery& delivery,
                           bool answers_head_request) {
  DeliveryPlan plan{.framing = facts.framing, .keep_alive = delivery.client_keep_alive};
  if (answers_head_request) plan.framing = {};
  const auto kind = plan.framing.kind;
  if (kind == Framing::Kind::chunked || kind == Framing::Kind::until_close)
    plan.framing = {
        .kind = delivery.client_http11 ? Framing::Kind::chunked : Framing::Kind::until_close,
        .length = 0};
  if (plan.framing.kind == Framing::Kind::until_close) plan.keep_alive = false;
  return plan;
}

void compose_response_head(const ResponseHead& head, std::string_view bytes,
                           const ResponseFacts& facts, const DeliveryPlan& plan, bool client_http11,
                           std::string& out) {
  append_status_line(head, bytes, out);
  copy_fields(head, bytes, out);
  if (plan.framing.kind != Framing::Kind::none) {
    append_framing(plan.framing, out);
  } else if (head.status != 204 && !facts.interim) {
    append_announced_length(head, bytes, out);
  }
  if (!plan.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (!client_http11) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append(line_end);
}

void compose_interim_head(const ResponseHead& head, std::string_view bytes, std::string& out) {
  append_status_line(head, bytes, out);
  copy_fields(head, bytes, out);
  out.append(line_end);
}

void compose_switch_head(const ResponseHead& head, std::string_view bytes,
                         std::string_view protocol, std::string& out) {
  append_status_line(head, bytes, out);
  copy_fields(head, bytes, out);
  append_upgrade(protocol, out);
  out.append(line_end);
}

}  // namespace jkproxy::proxy

#include "proxy/field_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "proxy/ascii.hpp"

namespace jkproxy::proxy {

namespace {

constexpr std::string_view forwarded_prefix = "x-forwarded";

}  // namespace

bool is_hop_by_hop(http::field id) {
  switch (id) {
    case http::field::connection:
    case http::field::content_length:
    case http::field::http2_settings:
    case http::field::keep_alive:
    case http::field::proxy_authenticate:
    case http::field::proxy_authorization:
    case http::field::proxy_connection:
    case http::field::te:
    case http::field::trailer:
    case http::field::transfer_encoding:
    case http::field::upgrade: return true;
    default: return false;
  }
}

bool is_protected(http::field id, std::string_view name) {
  switch (id) {
    case http::field::authorization:
    case http::field::content_length:
    case http::field::cookie:
    case http::field::forwarded:
    case http::field::host:
    case http::field::set_cookie: return true;
    case http::field::unknown: return forwarded_field(name) != ForwardedField::other;
    default: return false;
  }
}

ForwardedField forwarded_field(std::string_view name) {
  if (name.size() < forwarded_prefix.size() || lower(name[0]) != 'x' ||
      !equals_ignoring_case(name.substr(0, forwarded_prefix.size()), forwarded_prefix))
    return ForwardedField::other;
  const auto rest = name.substr(forwarded_prefix.size());
  if (equals_ignoring_case(rest, "-for")) return ForwardedField::forwarded_for;
  if (equals_ignoring_case(rest, "-proto")) return ForwardedField::forwarded_proto;
  if (equals_ignoring_case(rest, "-host")) return ForwardedField::forwarded_host;
  if (equals_ignoring_case(rest, "-port")) return ForwardedField::forwarded_port;
  return ForwardedField::forwarded_more;
}

namespace {

bool equals_but_for_underscores(std::string_view name, std::string_view ours) {
  return std::equal(name.begin(), name.end(), ours.begin(), ours.end(),
                    [](char a, char b) { return lower(a) == b || (a == '_' && b == '-'); });
}

}  // namespace

bool is_spoof(std::string_view name) {
  constexpr std::array<std::string_view, 3> ours{"content-length", "transfer-encoding",
                                                 "keep-alive"};
  if (name.find('_') == std::string_view::npos) return equals_ignoring_case(name, "proxy");
  if (equals_but_for_underscores(name.substr(0, forwarded_prefix.size()), forwarded_prefix))
    return true;
  return std::any_of(ours.begin(), ours.end(),
                     [name](auto our) { return equals_but_for_underscores(name, our); });
}

bool ContentLength::add(std::string_view value) {
  do {
    const bool last = value.find(',') == std::string_view::npos;
    const auto element = take_element(value);
    std::uint64_t number = 0;
    const auto* end = element.data() + element.size();
    const auto [stop, error] = std::from_chars(element.data(), end, number);
    if (element.empty() || error != std::errc{} || stop != end) return false;
    if (number > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return false;
    if (value_ && *value_ != number) return false;
    value_ = number;
    if (last) return true;
  } while (true);
}

}  // namespace jkproxy::proxy

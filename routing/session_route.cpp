#include "routing/session_route.hpp"

#include <algorithm>

namespace jkproxy::routing {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
}

// RFC 6265 cookie-octet, and bytes above 0x7f as Tomcat takes them.
bool is_cookie_octet(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

// Takes the value off the front of `rest` as Tomcat's Rfc6265 parser does. Nothing: Tomcat ignores
// this cookie.
std::optional<std::string_view> take_value(std::string_view& rest) {
  const bool quoted = !rest.empty() && rest.front() == '"';
  if (quoted) rest.remove_prefix(1);
  std::size_t length = 0;
  while (length < rest.size() && is_cookie_octet(rest[length])) ++length;
  const auto value = rest.substr(0, length);
  rest.remove_prefix(length);
  if (rest.empty() || rest.front() == ';' || is_blank(rest.front())) return value;
  if (!quoted || rest.front() != '"') return std::nullopt;
  rest.remove_prefix(1);
  return value;
}

// The value of `name` in one `name=value` piece that begins at `rest`.
std::optional<std::string_view> take_named_value(std::string_view& rest, std::string_view name) {
  skip_blanks(rest);
  if (!rest.starts_with(name)) return std::nullopt;
  rest.remove_prefix(name.size());
  skip_blanks(rest);
  if (rest.empty() || rest.front() != '=') return std::nullopt;
  rest.remove_prefix(1);
  skip_blanks(rest);
  const auto value = take_value(rest);
  skip_blanks(rest);
  if (!rest.empty() && rest.front() != ';') return std::nullopt;
  return value;
}

bool is_max_age(std::string_view name) {
  constexpr std::string_view max_age = "max-age";
  return std::equal(name.begin(), name.end(), max_age.begin(), max_age.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
}

// Do the attributes behind a Set-Cookie's value end the cookie's life (RFC 6265 5.2.2)?
bool deletes(std::string_view attributes) {
  while (!attributes.empty()) {
    attributes.remove_prefix(1);  // the semicolon
    skip_blanks(attributes);
    const auto piece = attributes.substr(0, attributes.find(';'));
    const auto equals = piece.find('=');
    if (equals != std::string_view::npos && is_max_age(piece.substr(0, equals)) &&
        piece.find_first_of("-0", equals) == equals + 1)
      return true;
    attributes.remove_prefix(piece.size());
  }
  return false;
}

}  // namespace

std::string_view stem_of(std::string_view session_id) {
  std::size_t length = 0;  // find_first_of asks about each byte by a call
  while (length < session_id.size() && session_id[length] != '-' && session_id[length] != '.')
    ++length;
  return session_id.substr(0, length);
}

std::optional<std::string_view> route_of(std::string_view session_id) {
  const auto dot = session_id.find('.');
  if (dot == std::string_view::npos || dot + 1 == session_id.size()) return std::nullopt;
  return session_id.substr(dot + 1);
}

void add_cookie_session_ids(std::string_view cookie_field, std::string_view name, SessionIds& ids) {
  auto rest = cookie_field;
  while (!rest.empty()) {
    if (const auto value = take_named_value(rest, name)) ids.add(*value);
    const auto semicolon = rest.find(';');
    if (semicolon == std::string_view::npos) return;
    rest.remove_prefix(semicolon + 1);
  }
}

std::optional<std::string_view> path_session_id(std::string_view target, std::string_view name) {
  const auto path = target.substr(0, target.find('?'));
  std::optional<std::string_view> found;
  for (auto at = path.find(';'); at != std::string_view::npos; at = path.find(';', at + 1)) {
    auto parameter = path.substr(at + 1);
    parameter = parameter.substr(0, parameter.find_first_of(";/"));
    if (parameter.size() <= name.size() || parameter[name.size()] != '=') continue;
    if (parameter.starts_with(name)) found = parameter.substr(name.size() + 1);
  }
  return found;
}

std::optional<std::string_view> set_cookie_session_id(std::string_view set_cookie,
                                                      std::string_view name) {
  auto rest = set_cookie;
  const auto id = take_named_value(rest, name);
  if (!id || deletes(rest)) return std::nullopt;
  return id;
}

}  // namespace jkproxy::routing

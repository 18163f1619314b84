#include "proxy/host_grammar.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "proxy/ascii.hpp"

namespace jkproxy::proxy {
namespace {

// `:`, or `:` and a number up to 65535 (RFC 3986 3.2.3 lets the number be empty).
bool is_port(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != ':' || text.size() > 6) return false;
  unsigned number = 0;
  for (const char c : text.substr(1)) {
    if (!is_digit(c)) return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65535;
}

bool is_bracketed_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN + 1> copy{};
  const auto address = text.substr(1, text.size() - 2);
  if (address.size() >= copy.size()) return false;
  std::copy(address.begin(), address.end(), copy.begin());
  in6_addr ignored{};
  return ::inet_pton(AF_INET6, copy.data(), &ignored) == 1;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
  });
}

}  // namespace

bool is_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    return is_bracketed_address(text.substr(0, end + 1)) && is_port(text.substr(end + 1));
  }
  const auto colon = std::min(text.find(':'), text.size());
  return is_name(text.substr(0, colon)) && is_port(text.substr(colon));
}

}  // namespace jkproxy::proxy

#include "proxy/request_id.hpp"

#include <algorithm>

#include "proxy/ascii.hpp"

namespace jkproxy::proxy {

namespace {

constexpr std::size_t longest_id = 128;
constexpr std::string_view id_characters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.~+/=:@";

char folded(char c) {
  return c == '_' ? '-' : lower(c);
}

}  // namespace

bool is_request_id_field(std::string_view name, std::string_view field_name) {
  return name.size() == field_name.size() &&
         std::equal(name.begin(), name.end(), field_name.begin(),
                    [](char a, char b) { return folded(a) == folded(b); });
}

std::optional<std::string_view> sent_request_id(const RequestHead& head, std::string_view bytes,
                                                std::string_view field_name) {
  std::string_view id;
  int lines = 0;
  for (const auto& field : head.fields) {
    if (!equals_ignoring_case(field.name.in(bytes), field_name)) continue;
    id = field.value.in(bytes);
    ++lines;
  }
  if (lines != 1 || id.empty() || id.size() > longest_id) return std::nullopt;
  if (id.find_first_not_of(id_characters) != std::string_view::npos) return std::nullopt;
  return id;
}

}  // namespace jkproxy::proxy

#include "config/environment.hpp"

#include <optional>

namespace jkproxy::config {

namespace {

bool is_name(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos &&
         (text.front() < '0' || text.front() > '9');
}

// The value of what stands between the braces, or nothing and an error.
std::optional<std::string> value_of(std::string_view inside, const Environment& environment,
                                    Place place, ErrorList& errors) {
  const auto mark = inside.find(":-");
  const auto name = inside.substr(0, mark);
  if (!is_name(name)) {
    errors.add(place, quoted(name) +
                          " is no name of an environment variable: write ${NAME} or "
                          "${NAME:-default}, and $${ for a plain ${");
    return std::nullopt;
  }
  auto value = environment(name);
  const bool usable = value && (mark == std::string_view::npos || !value->empty());
  if (usable) return value;
  if (mark != std::string_view::npos) return std::string{inside.substr(mark + 2)};
  errors.add(place, "the environment variable " + std::string{name} +
                        " is not set: set it, or write ${" + std::string{name} + ":-default}");
  return std::nullopt;
}

}  // namespace

std::string with_environment(std::string_view text, const Environment& environment, Place place,
                             ErrorList& errors) {
  std::string filled;
  while (!text.empty()) {
    const auto start = text.find("${");
    if (start == std::string_view::npos) break;
    if (start > 0 && text[start - 1] == '$') {
      filled.append(text.substr(0, start - 1)).append("${");
      text.remove_prefix(start + 2);
      continue;
    }
    const auto end = text.find('}', start);
    if (end == std::string_view::npos) {
      errors.add(place, quoted(text.substr(start)) + " has no closing }");
      break;
    }
    filled.append(text.substr(0, start));
    const auto inside = text.substr(start + 2, end - start - 2);
    filled.append(value_of(inside, environment, place, errors).value_or(""));
    text.remove_prefix(end + 1);
  }
  return filled.append(text);
}

}  // namespace jkproxy::config

#include "config/number.hpp"

#include <charconv>
#include <string>
#include <system_error>

#include "config/errors.hpp"

namespace jkproxy::config {

std::string_view leading_digits(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789");
  return text.substr(0, end);
}

std::optional<std::uint64_t> whole_number(std::string_view digits, std::uint64_t most) {
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stop != end || value > most) return std::nullopt;
  return value;
}

Parsed<int> parse_number(std::string_view text, int least, int most) {
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (text.empty() || leading_digits(text) != text || leading_zero) {
    return Wrong{quoted(text) + " is no whole number: write one from " + range};
  }
  const auto value = whole_number(text, static_cast<std::uint64_t>(most));
  if (!value || static_cast<int>(*value) < least) {
    return Wrong{quoted(text) + " is out of range: allowed are " + range};
  }
  return static_cast<int>(*value);
}

Parsed<bool> parse_bool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return Wrong{quoted(text) + " is neither true nor false: write one of the two"};
}

}  // namespace jkproxy::config

#include "config/size.hpp"

#include <array>
#include <optional>

#include "config/errors.hpp"
#include "config/number.hpp"

namespace jkproxy::config {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array units{
    Unit{"GiB", std::uint64_t{1} << 30U},
    Unit{"MiB", std::uint64_t{1} << 20U},
    Unit{"KiB", std::uint64_t{1} << 10U},
    Unit{"", 1},
};

std::optional<std::uint64_t> bytes_of(std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return unit.bytes;
  }
  return std::nullopt;
}

}  // namespace

Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const std::string_view digits = leading_digits(text);
  if (digits.empty()) {
    return Wrong{quoted(text) +
                 " is no size: write a whole number of bytes, or one with KiB, MiB or "
                 "GiB, such as 16KiB"};
  }
  const std::string_view unit = text.substr(digits.size());
  const std::optional<std::uint64_t> bytes = bytes_of(unit);
  if (!bytes) {
    return Wrong{quoted(text) + " has the unknown unit " + quoted(unit) +
                 ": write KiB, MiB or GiB without a blank (1KiB is 1024 bytes), or bytes alone"};
  }
  const std::optional<std::uint64_t> number = whole_number(digits, most / *bytes);
  if (number && *number * *bytes >= least) return *number * *bytes;
  return Wrong{quoted(text) + " is out of range: allowed are " + size_text(least) + " to " +
               size_text(most)};
}

std::string size_text(std::uint64_t bytes) {
  if (bytes == 0) return "0";
  for (const Unit& unit : units) {
    if (bytes % unit.bytes == 0) return std::to_string(bytes / unit.bytes) + std::string{unit.name};
  }
  return std::to_string(bytes);
}

}  // namespace jkproxy::config

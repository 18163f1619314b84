#include "config/duration.hpp"

#include <array>
#include <optional>

#include "config/errors.hpp"
#include "config/number.hpp"

namespace jkproxy::config {

namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  milliseconds length;
};

constexpr std::array units{
    Unit{"h", std::chrono::hours{1}},
    Unit{"m", std::chrono::minutes{1}},
    Unit{"s", std::chrono::seconds{1}},
    Unit{"ms", milliseconds{1}},
};

std::optional<milliseconds> length_of(std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return unit.length;
  }
  return std::nullopt;
}

Wrong wrong_unit(std::string_view text, std::string_view digits, std::string_view unit) {
  const std::string number{digits};
  if (unit.empty()) {
    return {quoted(text) + " has no unit: write " + number + "s or " + number + "ms"};
  }
  if (unit.front() == '.' || unit.front() == ',') {
    return {quoted(text) + " is not a whole number: use a smaller unit, such as 1500ms for 1.5s"};
  }
  return {quoted(text) + " has the unknown unit " + quoted(unit) +
          ": write a whole number and ms, s, m or h, without a blank, such as " + number + "s"};
}

}  // namespace

Parsed<milliseconds> parse_duration(std::string_view text, DurationRange range) {
  const std::string_view digits = leading_digits(text);
  if (digits.empty()) {
    return Wrong{quoted(text) +
                 " is no duration: write a whole number and ms, s, m or h, such as 2s"};
  }
  const std::string_view unit = text.substr(digits.size());
  const std::optional<milliseconds> length = length_of(unit);
  if (!length) return wrong_unit(text, digits.size() > 9 ? "2" : digits, unit);

  const std::optional<std::uint64_t> number = whole_number(digits, 1'000'000'000);
  if (number) {
    const milliseconds duration = *length * static_cast<milliseconds::rep>(*number);
    if (duration >= range.least && duration <= range.most) return duration;
  }
  return Wrong{quoted(text) + " is out of range: allowed are " + duration_text(range.least) +
               " to " + duration_text(range.most)};
}

std::string duration_text(milliseconds duration) {
  if (duration == milliseconds{0}) return "0s";
  for (const Unit& unit : units) {
    if (duration % unit.length != milliseconds{0}) continue;
    return std::to_string(duration / unit.length) + std::string{unit.name};
  }
  return std::to_string(duration.count()) + "ms";
}

}  // namespace jkproxy::config

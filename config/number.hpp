#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "config/parsed.hpp"

namespace jkproxy::config {

// The decimal digits that the text begins with.
std::string_view leading_digits(std::string_view text);

// The value of decimal digits alone; nothing where it is no number or above `most`.
std::optional<std::uint64_t> whole_number(std::string_view digits, std::uint64_t most);

// A whole decimal number without sign, unit or leading zero.
Parsed<int> parse_number(std::string_view text, int least, int most);

// `true` or `false`.
Parsed<bool> parse_bool(std::string_view text);

}  // namespace jkproxy::config

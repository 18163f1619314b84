#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/parsed.hpp"

namespace jkproxy::config {

// A whole number of bytes, or one with `KiB`, `MiB` or `GiB`: `100`, `16KiB`, `10MiB`.
// Both ends of the range are allowed.
Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t least, std::uint64_t most);

// The same notation, in the largest unit that needs no fraction.
std::string size_text(std::uint64_t bytes);

}  // namespace jkproxy::config

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "config/parsed.hpp"

namespace jkproxy::config {

// Both ends are allowed.
struct DurationRange {
  std::chrono::milliseconds least{1};
  std::chrono::milliseconds most = std::chrono::hours{24};
};

// A whole number and `ms`, `s`, `m` or `h`, without a blank: `500ms`, `2s`, `30m`, `1h`.
Parsed<std::chrono::milliseconds> parse_duration(std::string_view text, DurationRange range = {});

// The same notation, in the largest unit that needs no fraction.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace jkproxy::config

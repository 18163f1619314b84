#pragma once

#include <span>
#include <string>
#include <string_view>

namespace jkproxy::config {

// The candidate that `typed` was probably meant to be; empty where none is near enough. Case and
// `-` for `_` do not count; a swap of two letters counts as one mistake.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates);

// `did you mean "bind"? allowed: bind, port`; the question only where one is near enough, at most
// twenty candidates listed.
std::string hint(std::string_view typed, std::span<const std::string_view> candidates);

}  // namespace jkproxy::config

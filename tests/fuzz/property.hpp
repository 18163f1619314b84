#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace jkproxy::fuzz {

// Ends the run when a property does not hold; libFuzzer keeps the input.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property does not hold: %s\n", property);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  // The one cast from libFuzzer's bytes to ours.
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace jkproxy::fuzz

#pragma once

#include <cstdint>
#include <string_view>

namespace jkproxy::model {

// What a history is mostly about. Some rules matter only where several rare things meet.
enum class Trouble : std::uint8_t {
  anything,
  restarts,     // processes that are back within a second
  activations,  // stopped and disabled workers, slow servlets
  everywhere,   // what goes wrong goes wrong at all Tomcats
  old_cookies,  // many tabs with an old cookie
  pauses,       // jkproxy itself is stopped, Tomcats stall
  no_threads,   // requests wait in a Tomcat for a thread
};
inline constexpr std::size_t troubles = 7;

// The first seed of such histories: it is part of the seed.
constexpr std::uint64_t first_seed_of(Trouble trouble) {
  constexpr std::uint64_t histories_of_a_kind = 1'000'000'000'000;
  return static_cast<std::uint64_t>(trouble) * histories_of_a_kind + 1;
}
constexpr Trouble trouble_of(std::uint64_t seed) {
  return static_cast<Trouble>((seed / (first_seed_of(Trouble{1}) - 1)) % troubles);
}

std::string_view to_text(Trouble trouble);

}  // namespace jkproxy::model

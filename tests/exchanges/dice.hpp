#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fakes/split_mix.hpp"

namespace jkproxy::exchanges {

// What an exchange owes to chance: the same seed gives the same exchange.
class Dice : public fakes::SplitMix {
 public:
  using SplitMix::SplitMix;

  std::size_t below(std::size_t bound) { return bits() % bound; }
  std::size_t between(std::size_t least, std::size_t most) {
    return least + below(most - least + 1);
  }
  bool percent(std::size_t share) { return below(100) < share; }

  template <class Choices>
  const auto& one_of(const Choices& choices) {
    return choices[below(std::size(choices))];
  }

  // Of at most 256 letters; eight at a time, for bodies are large.
  std::string text(std::size_t size, std::string_view letters) {
    std::string made(size, '\0');
    std::uint64_t rest = 0;
    for (std::size_t i = 0; i < size; ++i, rest >>= 8U) {
      if (i % 8 == 0) rest = bits();
      made[i] = letters[(rest & 0xffU) % letters.size()];
    }
    return made;
  }

  // Mostly small, now and then beyond every buffer.
  std::size_t body_size() {
    if (percent(60)) return below(2000);
    return percent(90) ? below(20'000) : below(300'000);
  }
};

}  // namespace jkproxy::exchanges

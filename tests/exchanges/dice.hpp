#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jkproxy::exchanges {

// SplitMix64: the same seed gives the same exchange, with every compiler.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed} {}

  std::uint64_t bits() {
    auto mixed = state_ += 0x9e37'79b9'7f4a'7c15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d0'49bb'1331'11ebU;
    return mixed ^ (mixed >> 31U);
  }
  std::size_t below(std::size_t bound) { return bits() % bound; }
  std::size_t between(std::size_t least, std::size_t most) {
    return least + below(most - least + 1);
  }
  bool percent(std::size_t share) { return below(100) < share; }

  template <class Choices>
  const auto& one_of(const Choices& choices) {
    return choices[below(std::size(choices))];
  }

  std::string text(std::size_t size, std::string_view letters) {
    std::string made(size, '\0');
    for (auto& letter : made) letter = letters[below(letters.size())];
    return made;
  }

  // Mostly small, now and then beyond every buffer.
  std::size_t body_size() {
    if (percent(60)) return below(2000);
    return percent(90) ? below(20'000) : below(300'000);
  }

 private:
  std::uint64_t state_;
};

}  // namespace jkproxy::exchanges

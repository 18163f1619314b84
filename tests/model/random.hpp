#pragma once

#include "tests/fakes/split_mix.hpp"
#include "tests/model/virtual_time.hpp"

namespace jkproxy::model {

// What a history owes to chance: the same seed gives the same history.
class Random : public fakes::SplitMix {
 public:
  using SplitMix::SplitMix;

  int below(int bound) { return static_cast<int>(bits() % static_cast<std::uint64_t>(bound)); }
  int between(int least, int most) { return least + below(most - least + 1); }
  bool percent(int share) { return below(100) < share; }
  Duration between(Duration least, Duration most) {
    const auto span = static_cast<std::uint64_t>((most - least).count()) + 1;
    return least + Duration{static_cast<Duration::rep>(bits() % span)};
  }
};

}  // namespace jkproxy::model

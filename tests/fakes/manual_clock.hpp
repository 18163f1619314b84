#pragma once

#include "routing/clock.hpp"

namespace jkproxy::fakes {

// A clock that a test turns by hand. Does not begin at zero, which means "never".
class ManualClock {
 public:
  routing::TimePoint now() const { return now_; }
  void turn(routing::milliseconds by) { now_ += by; }
  // Must not outlive this object.
  routing::Clock clock() const {
    return [this] { return now_; };
  }

 private:
  routing::TimePoint now_{std::chrono::hours{1}};
};

}  // namespace jkproxy::fakes

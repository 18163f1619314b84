#pragma once

#include <array>
#include <iosfwd>
#include <string>
#include <vector>

#include "tests/model/facts.hpp"
#include "tests/model/trouble.hpp"

namespace jkproxy::model {

// What came of one history.
struct Result {
  std::vector<std::string> violations;
  std::array<int, causes> excused{};  // sessions harmed by what no proxy can save
  int proxies = 0;
  int requests = 0;
  int answered = 0;
  int sessions = 0;
  int takeovers = 0;
  int faults = 0;
};

// Runs the history of this seed to its end: the same seed gives the same history. `trace`: where
// every step is written, or null.
Result run_history(std::uint64_t seed, std::ostream* trace = nullptr);

}  // namespace jkproxy::model

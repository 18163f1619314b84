#include <gtest/gtest.h>

#include <cstdlib>
#include <iomanip>
#include <iostream>

#include "tests/model/history.hpp"

namespace jkproxy::model {
namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

constexpr std::uint64_t usual_histories = 2'000;

// Each of these once ended in a violation, and led to a rule: see README.md.
constexpr std::uint64_t mended_seeds[] = {
    510,     942,    1619,   1737,   2926,   4455,   6265,   13196,  15958,   16073,  23883,
    24883,   39311,  40475,  41116,  43229,  52849,  57435,  65835,  92933,   94689,  97377,
    98072,   100983, 105015, 121872, 136478, 5059,   18779,  55116,  70543,   73785,  76029,
    82505,   114427, 9030,   34559,  144300, 164868, 173502, 257626, 334470,  734811, 748920,
    1373114, 19489,  31581,  72029,  358578, 474192, 542259, 444012, 1021690, 736447};

struct Total {
  std::uint64_t histories = 0;
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;
  std::uint64_t sessions = 0;
  std::uint64_t takeovers = 0;
  std::uint64_t faults = 0;
  std::array<std::uint64_t, causes> excused{};

  void add(const Result& result) {
    ++histories;
    requests += static_cast<std::uint64_t>(result.requests);
    answered += static_cast<std::uint64_t>(result.answered);
    sessions += static_cast<std::uint64_t>(result.sessions);
    takeovers += static_cast<std::uint64_t>(result.takeovers);
    faults += static_cast<std::uint64_t>(result.faults);
    for (std::size_t i = 0; i < causes; ++i)
      excused[i] += static_cast<std::uint64_t>(result.excused[i]);
  }
  void print() const {
    std::cout << histories << " histories: " << requests << " requests, " << answered
              << " answered; " << sessions << " sessions, " << takeovers
              << " of them loaded by another process; " << faults << " faults\n";
    for (std::size_t i = 1; i < causes; ++i)
      std::cout << std::setw(10) << excused[i] << "  " << to_text(static_cast<Cause>(i)) << '\n';
  }
};

void run_histories(std::uint64_t first, std::uint64_t histories) {
  Total total;
  const auto most_failures = number_from_environment("JKPROXY_MOST_FAILURES", 20);
  std::uint64_t failed = 0;
  for (auto seed = first; seed < first + histories && failed < most_failures; ++seed) {
    const auto result = run_history(seed);
    total.add(result);
    if (result.violations.empty()) continue;
    ++failed;
    ADD_FAILURE() << "JKPROXY_SEED=" << seed << " with " << result.proxies
                  << " jkproxy: " << result.violations.front();
  }
  total.print();
}

// JKPROXY_HISTORIES: how many. JKPROXY_FIRST_SEED: the first one's seed. JKPROXY_SEED: only this
// one, with every step.
TEST(Model, NoHistoryLosesWhatWasAnswered) {
  if (const auto seed = number_from_environment("JKPROXY_SEED", 0); seed != 0) {
    for (const auto& violation : run_history(seed, &std::cout).violations)
      ADD_FAILURE() << violation;
    return;
  }
  const auto first = number_from_environment("JKPROXY_FIRST_SEED", 1);
  const auto histories = number_from_environment("JKPROXY_HISTORIES", usual_histories);
  run_histories(first, histories);
}

// Of each kind of trouble a fifth as many as of those with any.
TEST(Model, NoHistoryOfOneTroubleLosesWhatWasAnswered) {
  const auto histories = number_from_environment("JKPROXY_HISTORIES", usual_histories) / 5;
  for (std::size_t trouble = 1; trouble < troubles; ++trouble) {
    std::cout << to_text(static_cast<Trouble>(trouble)) << ": ";
    run_histories(first_seed_of(static_cast<Trouble>(trouble)), histories);
  }
}

TEST(Model, HistoriesThatWereLostOnceAreNotLostAgain) {
  for (const auto seed : mended_seeds)
    for (const auto& violation : run_history(seed).violations)
      ADD_FAILURE() << "JKPROXY_SEED=" << seed << ": " << violation;
}

}  // namespace
}  // namespace jkproxy::model

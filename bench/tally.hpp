// What the load generator saw.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace jkproxy::bench {

using Clock = std::chrono::steady_clock;

class Tally {
 public:
  void count_answer(Clock::duration latency) {
    using std::chrono::microseconds;
    latencies_.push_back(
        static_cast<std::uint32_t>(std::chrono::duration_cast<microseconds>(latency).count()));
  }
  void count_error() { ++errors_; }
  void count_misrouted() { ++misrouted_; }
  void set_duration(Clock::duration duration) { duration_ = duration; }

  // Too many errors to go on.
  bool hopeless() const { return errors_ >= 1000; }

  void print() {
    const double seconds = std::chrono::duration<double>(duration_).count();
    std::printf(
        "{\"requests\": %zu, \"errors\": %zu, \"misrouted\": %zu, \"seconds\": %.3f, "
        "\"p50_us\": %u, \"p99_us\": %u}\n",
        latencies_.size(), errors_, misrouted_, seconds, percentile(50), percentile(99));
  }

 private:
  std::uint32_t percentile(std::size_t percent) {
    if (latencies_.empty()) return 0;
    const auto at =
        latencies_.begin() + static_cast<std::ptrdiff_t>((latencies_.size() - 1) * percent / 100);
    std::nth_element(latencies_.begin(), at, latencies_.end());
    return *at;
  }

  std::vector<std::uint32_t> latencies_;  // microseconds, one for each whole answer
  std::size_t errors_ = 0;
  std::size_t misrouted_ = 0;  // answers from another node than the cookie names
  Clock::duration duration_{};
};

}  // namespace jkproxy::bench

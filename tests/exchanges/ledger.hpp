#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace jkproxy::exchanges {

// What happened to each exchange at the workers, and what went wrong with any. All threads.
class Ledger {
 public:
  struct Entry {
    std::atomic<int> attempts{0};    // heads that reached a worker
    std::atomic<int> executions{0};  // requests that reached one whole
  };

  Ledger(std::uint64_t first_seed, std::size_t exchanges)
      : first_seed_{first_seed}, size_{exchanges}, entries_{new Entry[exchanges]} {}

  // Null: nobody has sent that.
  Entry* find(std::uint64_t seed) {
    return seed - first_seed_ < size_ ? &entries_[seed - first_seed_] : nullptr;
  }

  void complain(std::uint64_t seed, const std::string& what) {
    const std::lock_guard lock{mutex_};
    complaints_.push_back("seed " + std::to_string(seed) + ": " + what);
  }
  std::vector<std::string> complaints() {
    const std::lock_guard lock{mutex_};
    return complaints_;
  }

  // Exchanges that no worker was there for; those that ended in a fault, as planned; whole ones.
  std::atomic<int> unserved{0};
  std::atomic<int> broken{0};
  std::atomic<int> refused{0};
  std::atomic<int> whole{0};

 private:
  std::uint64_t first_seed_;
  std::size_t size_;
  std::unique_ptr<Entry[]> entries_;
  std::mutex mutex_;
  std::vector<std::string> complaints_;
};

}  // namespace jkproxy::exchanges

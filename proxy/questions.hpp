#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "routing/takeover_table.hpp"
#include "routing/worker_runtime.hpp"

namespace jkproxy::proxy {

// What an exchange asks of other threads. Shared by both sides until the later one is done; whoever
// answers last wakes the asker.

// How many exchanges of a session are under way at a worker, on all threads. The asker has none.
struct SessionCount {
  routing::WorkerId worker = routing::unknown_worker;
  std::string stem;
  routing::WaiterRef asker;
  std::atomic<std::size_t> threads_left{0};  // set by who passes it on
  std::atomic<std::size_t> under_way{0};

  bool answered() const { return threads_left.load(std::memory_order_acquire) == 0; }
};

// Whether a worker lives: one check, at once.
struct WorkerCheck {
  enum class Verdict : std::uint8_t { pending, lives, dead };

  routing::WorkerId worker = routing::unknown_worker;
  routing::WaiterRef asker;
  std::atomic<Verdict> verdict{Verdict::pending};
};

}  // namespace jkproxy::proxy

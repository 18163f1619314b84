#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "routing/clock.hpp"

namespace jkproxy::model {

using routing::TimePoint;
using Duration = std::chrono::microseconds;
using Work = std::function<void()>;

// An operating system's process: while it is stopped (SIGSTOP) what falls due for it is held back.
struct Process {
  bool stopped = false;
  std::vector<Work> held;
};

// The clock of one history, and everything that is still to happen in it, in the order of time;
// what falls on the same moment happens in the order in which it was asked for.
class VirtualTime {
 public:
  TimePoint now() const { return now_; }
  // The clock of the processes: does not begin at zero, which means "never".
  static constexpr TimePoint begin() { return TimePoint{std::chrono::hours{1}}; }

  void in(Duration delay, Work work) { push(now_ + delay, nullptr, std::move(work)); }
  void in(Duration delay, Process& process, Work work) {
    push(now_ + delay, &process, std::move(work));
  }
  void at(TimePoint time, Process& process, Work work) {
    push(std::max(time, now_), &process, std::move(work));
  }

  // What was held back happens now, in its order.
  void resume(Process& process) {
    process.stopped = false;
    for (auto& work : std::exchange(process.held, {})) push(now_, &process, std::move(work));
  }

  // False: nothing is left.
  bool run_next() {
    if (events_.empty()) return false;
    std::pop_heap(events_.begin(), events_.end());
    auto event = std::move(events_.back());
    events_.pop_back();
    now_ = event.time;
    if (event.process != nullptr && event.process->stopped) {
      event.process->held.push_back(std::move(event.work));
    } else {
      event.work();
    }
    return true;
  }

 private:
  struct Event {
    TimePoint time;
    std::uint64_t order;
    Process* process;
    Work work;
    // The heap's top is the earliest.
    bool operator<(const Event& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };

  void push(TimePoint time, Process* process, Work work) {
    events_.push_back({time, next_order_++, process, std::move(work)});
    std::push_heap(events_.begin(), events_.end());
  }

  TimePoint now_ = begin();
  std::uint64_t next_order_ = 0;
  std::vector<Event> events_;
};

}  // namespace jkproxy::model

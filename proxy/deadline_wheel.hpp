#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>

#include "routing/clock.hpp"

namespace jkproxy::proxy {

using routing::TimePoint;
using std::chrono::milliseconds;

// Something that waits, at most until its deadline. Leaves the wheel by itself when it dies.
class Deadline : public boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Deadline() = default;
  virtual ~Deadline() = default;
  virtual void on_deadline() = 0;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  friend class DeadlineWheel;
  TimePoint when_{};
};

// Coarse deadlines of one thread: setting and clearing one is a few pointer writes, being late by
// up to a tick is fine. Knows no clock: `sweep` is told the time.
class DeadlineWheel {
 public:
  static constexpr milliseconds tick{50};

  explicit DeadlineWheel(TimePoint now) : swept_{tick_of(now)} {}

  // Replaces a deadline that was set before. TimePoint::max(): none.
  void set(Deadline& deadline, TimePoint when);
  static void clear(Deadline& deadline) { deadline.unlink(); }

  // Calls on_deadline of all that are due; each is cleared before. They may set and clear at will.
  void sweep(TimePoint now);

 private:
  using List = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;
  static constexpr std::size_t slot_count = 2048;

  static TimePoint::rep tick_of(TimePoint time) {
    return time.time_since_epoch() / std::chrono::duration_cast<TimePoint::duration>(tick);
  }
  static void sweep_slot(List& slot, TimePoint now);

  std::array<List, slot_count> slots_;
  TimePoint::rep swept_;  // the last tick that was swept
};

}  // namespace jkproxy::proxy

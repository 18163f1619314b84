#include "proxy/deadline_wheel.hpp"

#include <algorithm>

namespace jkproxy::proxy {

void DeadlineWheel::set(Deadline& deadline, TimePoint when) {
  deadline.unlink();
  if (when == TimePoint::max()) return;
  deadline.when_ = when;
  // One past its tick, so that a slot is swept only when all of that tick is over; a deadline in
  // the past goes into the next slot to be swept.
  const auto due = std::max(tick_of(when), swept_) + 1;
  slots_[static_cast<std::size_t>(due) % slot_count].push_back(deadline);
}

void DeadlineWheel::sweep(TimePoint now) {
  const auto current = tick_of(now);
  const auto turns = std::min<TimePoint::rep>(current - swept_, slot_count);
  for (auto left = turns; left > 0; --left) {
    swept_ = current - left + 1;
    sweep_slot(slots_[static_cast<std::size_t>(swept_) % slot_count], now);
  }
}

void DeadlineWheel::sweep_slot(List& slot, TimePoint now) {
  List due;
  due.splice(due.end(), slot);
  while (!due.empty()) {
    Deadline& next = due.front();
    due.pop_front();
    if (next.when_ > now) {
      slot.push_back(next);  // a later turn of the wheel
    } else {
      next.on_deadline();
    }
  }
}

}  // namespace jkproxy::proxy

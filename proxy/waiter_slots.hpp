#pragma once

#include <cstdint>
#include <vector>

#include "proxy/waiter.hpp"
#include "routing/takeover_table.hpp"

namespace jkproxy::proxy {

// Names the waiters of one thread, so that others can have one woken without a pointer to it.
class WaiterSlots {
 public:
  explicit WaiterSlots(std::uint32_t thread) : thread_{thread} {}

  routing::WaiterRef enter(Waiter& waiter);
  void leave(const routing::WaiterRef& ref);
  // A reference to somebody who has left wakes nobody.
  void wake(const routing::WaiterRef& ref);
  void wake_all();

 private:
  struct Slot {
    Waiter* waiter = nullptr;
    std::uint64_t generation = 0;
  };
  std::uint32_t thread_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace jkproxy::proxy

#include "proxy/waiter_slots.hpp"

namespace jkproxy::proxy {

routing::WaiterRef WaiterSlots::enter(Waiter& waiter) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto slot = free_.back();
  free_.pop_back();
  slots_[slot].waiter = &waiter;
  return {.thread = thread_, .slot = slot, .generation = slots_[slot].generation};
}

void WaiterSlots::leave(const routing::WaiterRef& ref) {
  auto& slot = slots_[ref.slot];
  slot.waiter = nullptr;
  ++slot.generation;
  free_.push_back(ref.slot);
}

void WaiterSlots::wake(const routing::WaiterRef& ref) {
  if (ref.slot >= slots_.size()) return;
  const auto slot = slots_[ref.slot];
  if (slot.waiter != nullptr && slot.generation == ref.generation) slot.waiter->wake(Wake::called);
}

void WaiterSlots::wake_all() {
  for (std::size_t i = 0; i < slots_.size(); ++i)  // a woken one may enter another
    if (auto* waiter = slots_[i].waiter) waiter->wake(Wake::called);
}

}  // namespace jkproxy::proxy

#include "proxy/admission.hpp"

#include <utility>

namespace jkproxy::proxy {

namespace {

// False: it is full, and nothing was counted.
bool take_one(std::atomic<std::uint64_t>& count, std::uint64_t most) {
  const bool fits = count.fetch_add(1, std::memory_order_relaxed) < most || most == 0;
  if (!fits) count.fetch_sub(1, std::memory_order_relaxed);
  return fits;
}

}  // namespace

// FNV-1a.
std::uint64_t address_hash(std::string_view address) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325U;
  for (const char c : address) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3U;
  return hash == 0 ? 1 : hash;
}

Admission::Admission(Limits limits)
    : limits_{std::move(limits)},
      listeners_{std::make_unique<std::atomic<std::uint64_t>[]>(limits_.listeners.size())} {}

Admission::Entry Admission::enter(std::size_t listener, std::uint64_t address) {
  if (!take_one(clients_, limits_.clients)) return {.verdict = Verdict::full, .place = {}};
  if (!take_one(listeners_[listener], limits_.listeners[listener])) {
    clients_.fetch_sub(1, std::memory_order_relaxed);
    return {.verdict = Verdict::listener_full, .place = {}};
  }
  if (!enter_address(address)) {
    leave(listener, 0);
    return {.verdict = Verdict::address_full, .place = {}};
  }
  return {.verdict = Verdict::welcome, .place = {*this, listener, address}};
}

bool Admission::Place::count_address(std::uint64_t address) {
  if (admission_ == nullptr || address_ != 0) return true;
  if (!admission_->enter_address(address)) return false;
  address_ = address;
  return true;
}

bool Admission::enter_address(std::uint64_t address) {
  if (limits_.per_address == 0 || address == 0) return true;
  auto& shard = shards_[address % shards];
  const std::lock_guard lock{shard.mutex};
  auto& count = shard.clients[address];
  if (count >= limits_.per_address) return false;
  ++count;
  return true;
}

void Admission::leave(std::size_t listener, std::uint64_t address) {
  clients_.fetch_sub(1, std::memory_order_relaxed);
  listeners_[listener].fetch_sub(1, std::memory_order_relaxed);
  if (limits_.per_address == 0 || address == 0) return;
  auto& shard = shards_[address % shards];
  const std::lock_guard lock{shard.mutex};
  const auto found = shard.clients.find(address);
  if (--found->second == 0) shard.clients.erase(found);
}

}  // namespace jkproxy::proxy

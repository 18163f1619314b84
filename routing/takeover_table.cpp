#include "routing/takeover_table.hpp"

#include <algorithm>

#include "routing/takeover_shard.hpp"

namespace jkproxy::routing {

TakeoverTable::TakeoverTable(Limits limits) : limits_{limits} {
  limits_.shards = std::max<std::size_t>(limits_.shards, 1);
  const auto share = [&](std::size_t all) { return (all + limits_.shards - 1) / limits_.shards; };
  shards_ = std::make_unique<Shard[]>(limits_.shards);
  for (std::size_t i = 0; i < limits_.shards; ++i) {
    shards_[i].most_confirmed = share(limits_.confirmed);
    shards_[i].most_provisional = share(limits_.provisional);
    shards_[i].most_waiters = limits_.waiters;
  }
}

TakeoverTable::~TakeoverTable() = default;

TakeoverTable::Shard& TakeoverTable::shard_of(const TakeoverKey& key) const {
  return shards_[key.hash[0] % limits_.shards];
}

std::optional<Entered> TakeoverTable::look_up(const Entering& entering,
                                              const TakeoverWorkers& workers) {
  auto& shard = shard_of(entering.key);
  const std::lock_guard lock{shard.mutex};
  auto* entry = shard.find(entering.key, entering.now);
  const bool applies = entry != nullptr && entry->applies_to(entering.route_worker);
  if (applies) return shard.pass(*entry, entering, workers);
  return shard.reload(entry, entering, workers);
}

std::optional<Entered> TakeoverTable::enter(const Entering& entering,
                                            const TakeoverWorkers& workers) {
  auto& shard = shard_of(entering.key);
  const std::lock_guard lock{shard.mutex};
  auto* entry = shard.find(entering.key, entering.now);
  if (entry == nullptr) return shard.displace(nullptr, entering, workers);
  // The others of the session that are on their way to `to` stay there as well: it was answered
  // since it was found in error, or is about to be.
  const bool came_back_since = entry->moved_at > entering.own_tried_at;
  const bool still_there = entry->to == entering.route_worker &&
                           (entering.own_is_open || came_back_since) &&
                           !workers.lost(entry->to, entry->dispatched, entry->generation);
  if (still_there || entry->applies_to(entering.route_worker))
    return shard.pass(*entry, entering, workers);
  return shard.displace(entry, entering, workers);
}

bool TakeoverTable::holds(const TakeoverKey& key, std::uint64_t generation) const {
  auto& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  const auto found = shard.entries.find(key);
  return found != shard.entries.end() && found->second->generation == generation;
}

bool TakeoverTable::applies(const TakeoverKey& key, WorkerId route_worker, TimePoint now) const {
  auto& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  const auto* entry = shard.find(key, now);
  return entry != nullptr && entry->applies_to(route_worker);
}

bool TakeoverTable::has_left(const TakeoverKey& key, WorkerId worker, std::uint64_t generation,
                             TimePoint begun, TimePoint now) const {
  auto& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  const auto* entry = shard.find(key, now);
  if (entry == nullptr) return false;
  const bool before_it_came = generation != 0 ? generation < entry->moved : begun < entry->moved_at;
  if (entry->to == worker) return before_it_came;
  return (generation != 0 && before_it_came) || entry->applies_to(worker);
}

void TakeoverTable::dispatched(const TakeoverKey& key, std::uint64_t generation, TimePoint now) {
  auto& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  const auto found = shard.entries.find(key);
  if (found == shard.entries.end() || found->second->generation != generation) return;
  found->second->dispatched = now;
  if (!found->second->place) return;
  found->second->place->written = now;
  found->second->place->heard = {};
}

std::vector<WaiterRef> TakeoverTable::leave(const TakeoverKey& key, const WaiterRef& waiter,
                                            Leave how, TimePoint now) {
  auto& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  const auto found = shard.entries.find(key);
  if (found == shard.entries.end() || !found->second->place) return {};
  return shard.leave(*found->second, waiter, how, now);
}

void TakeoverTable::confirm(const TakeoverKey& key, WorkerId to, milliseconds remember,
                            TimePoint now) {
  auto& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  auto* entry = shard.find(key, now);
  if (entry == nullptr || entry->to != to || remember.count() == 0) return;
  Shard::settle(*entry, now);
  shard.confirm(*entry);
}

TakeoverTable::Counts TakeoverTable::counts() const {
  Counts counts;
  for (std::size_t i = 0; i < limits_.shards; ++i) {
    auto& shard = shards_[i];
    const std::lock_guard lock{shard.mutex};
    const auto confirmed = shard.all_confirmed;
    counts.confirmed += confirmed;
    counts.provisional += shard.entries.size() - confirmed;
    for (const auto& entry : shard.at_gate) {
      counts.gates_closed += entry.gate_open ? 0 : 1;
      counts.waiting += entry.place->waiters.size();
    }
  }
  return counts;
}

}  // namespace jkproxy::routing

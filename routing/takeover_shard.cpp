#include "routing/takeover_shard.hpp"

#include <algorithm>
#include <utility>

namespace jkproxy::routing {

namespace {

// How soon a waiter asks again while the worker is silent beyond `takeover.wait`.
constexpr milliseconds silence_step{100};

// No exchange stands at a gate for so long; whoever does was forgotten there.
constexpr milliseconds longest_stay{600'000};

// A session that was in use all the time stays at its living worker for so long before it is made
// to wait again.
constexpr milliseconds stay_time{10'000};

TimePoint opens_at(const GatePlace& place, const Entering& entering) {
  const bool written = place.written != TimePoint{};
  const auto opens = (written ? place.written : entering.now) + entering.wait;
  return opens > entering.now ? opens : entering.now + silence_step;
}

void leave_from(DisplacedList& from, WorkerId worker) {
  const auto is_it = [&](const auto& displaced) { return displaced.worker == worker; };
  from.erase(std::remove_if(from.begin(), from.end(), is_it), from.end());
}

void join_from(DisplacedList& from, WorkerId worker, TimePoint usable_since) {
  if (worker == unknown_worker) return;
  leave_from(from, worker);
  from.push_back({.worker = worker, .usable_since = usable_since});
}

// Nobody knows whether the first has taken the session over (a slow static file has not): one more
// goes, and again alone. If it has, the next answer says so. A worker that stalled needs a moment
// for what waited in it; a byte that is read soon after the head may have set out before it.
bool is_overdue(GatePlace& place, const Entering& entering, TimePoint last_byte) {
  const bool written = place.written != TimePoint{};
  if (!written || last_byte < place.written + silence_step) return false;
  if (place.heard == TimePoint{}) place.heard = entering.now;
  return entering.now >= place.written + entering.wait &&
         entering.now >= place.heard + silence_step;
}

// With an older cookie, while somebody waits with the newest.
bool goes_after_others(const GatePlace& place, WorkerId holder, const Entering& entering) {
  if (place.occupied || entering.route_worker == holder) return false;
  return std::any_of(place.waiters.begin(), place.waiters.end(), [&](const auto& waiting) {
    return waiting.route == holder && waiting.ref != entering.waiter;
  });
}

}  // namespace

GatePlace::Waiters::iterator GatePlace::find(const WaiterRef& waiter) {
  return std::find_if(waiters.begin(), waiters.end(),
                      [&](const auto& waiting) { return waiting.ref == waiter; });
}

void GatePlace::remove_waiter(const WaiterRef& waiter) {
  const auto found = find(waiter);
  if (found != waiters.end()) waiters.erase(found);
}

// With an older cookie the session may not be found, and its client is given a new one.
GatePlace::Waiters::iterator GatePlace::next(WorkerId holder) {
  const auto newest = std::find_if(waiters.begin(), waiters.end(),
                                   [&](const auto& waiting) { return waiting.route == holder; });
  return newest == waiters.end() ? waiters.begin() : newest;
}

WaiterRef GatePlace::call(WorkerId holder, TimePoint now) {
  const auto called = next(holder);
  first = called->ref;
  route = called->route;
  waiters.erase(called);
  written = heard = {};
  occupied = reserved = true;
  reserved_at = now;
  return first;
}

bool TakeoverTable::Entry::applies_to(WorkerId route_worker) const {
  if (route_worker == unknown_worker) return true;
  if (route_worker == to) return reloads || (place && place->occupied && !gate_open);
  return std::any_of(from.begin(), from.end(),
                     [&](const auto& displaced) { return displaced.worker == route_worker; });
}

bool TakeoverTable::Entry::opens_at(Leave how) const {
  switch (how) {
    case Leave::settled: return true;
    case Leave::answered: return place->route == holder;
    case Leave::not_proven:
    case Leave::failed: break;
  }
  return false;
}

TakeoverTable::Entry* TakeoverTable::Shard::find(const TakeoverKey& key, TimePoint now) {
  const auto found = entries.find(key);
  if (found == entries.end()) return nullptr;
  auto& entry = *found->second;
  const bool lapsed = entry.lapses <= now && (!entry.place || entry.lapses + longest_stay <= now);
  if (!lapsed) return &entry;
  erase(entry);
  return nullptr;
}

TakeoverTable::Entry& TakeoverTable::Shard::make(const Entering& entering) {
  auto& entry = *entries.emplace(entering.key, std::make_unique<Entry>()).first->second;
  entry.key = entering.key;
  return entry;
}

std::optional<Entered> TakeoverTable::Shard::pass(Entry& entry, const Entering& entering,
                                                  const TakeoverWorkers& workers) {
  const bool may_go = entry.leaving && entering.quiet;
  if (!may_go && !workers.lost(entry.to, entry.dispatched, entry.generation)) {
    const bool goes_first = !entry.place || entry.place->may_go_first(entering.waiter);
    if (goes_first) entry.leaving = false;
    return admit(entry, entering, workers);
  }
  const auto left = entry.to;
  const auto choice = workers.choose(entry.from, left);
  switch (choice.kind) {
    case TakeoverWorkers::Kind::nobody: return std::nullopt;
    case TakeoverWorkers::Kind::stays: return admit(entry, entering, workers);
    case TakeoverWorkers::Kind::retries:
      if (entry.gate_open && entry.place) entry.place->vacate();
      entry.gate_open = false;
      return admit(entry, entering, workers);
    case TakeoverWorkers::Kind::moves: break;
  }
  const bool lives = workers.lives(left, entry.dispatched);
  // With an older cookie nobody else finds the session, if it was taken over.
  const bool may_have_it = entry.has_it || entry.dispatched != TimePoint{};
  if (lives && may_have_it && entering.route_worker != left) return admit(entry, entering, workers);
  if (lives && !entering.quiet) return depart(entry, entering, workers);
  join_from(entry.from, left, std::max(workers.usable_since(left), entry.dispatched));
  move_to(entry, choice, entering, workers);
  auto entered = admit(entry, entering, workers);
  entered.moved = true;
  return entered;
}

std::optional<Entered> TakeoverTable::Shard::reload(Entry* entry, const Entering& entering,
                                                    const TakeoverWorkers& workers) {
  const auto process = workers.process(entering.route_worker);
  if (process == 0) return std::nullopt;
  if (entry != nullptr && entry->to != entering.route_worker) return std::nullopt;
  if (entry != nullptr && entry->process == process) {
    if (entry->gate_open) return std::nullopt;
    return admit(*entry, entering, workers);  // back at a former worker, not settled there yet
  }
  auto& target = entry == nullptr ? make(entering) : *entry;
  target.to = target.holder = entering.route_worker;
  restart(target, process);
  auto entered = admit(target, entering, workers);
  evict(entering.now);
  return entered;
}

std::optional<Entered> TakeoverTable::Shard::displace(Entry* entry, const Entering& entering,
                                                      const TakeoverWorkers& workers) {
  const bool stood_there = entry != nullptr && entry->to == entering.route_worker;
  const auto dispatched = stood_there ? entry->dispatched : TimePoint{};
  // Where an older entry sent the session, a copy of it may have stayed behind.
  auto from = entry == nullptr ? DisplacedList{} : entry->from;
  const auto add = [&](WorkerId worker) {
    join_from(from, worker, std::max(workers.usable_since(worker), dispatched));
  };
  if (entry != nullptr) add(entry->to);
  add(entering.route_worker);

  const auto choice = workers.choose(from, entering.route_worker);
  if (choice.kind != TakeoverWorkers::Kind::moves) return std::nullopt;
  auto& target = entry == nullptr ? make(entering) : *entry;
  target.from = std::move(from);
  // An older cookie of a worker that has not taken the session over is not the newest one.
  if (!stood_there || entry->has_it || entry->reloads) target.holder = entering.route_worker;
  if (!entering.quiet && workers.lives(entering.route_worker, dispatched)) {
    leave_from(target.from, entering.route_worker);
    if (!stood_there) target.has_it = workers.process(entering.route_worker) == 0;
    target.to = entering.route_worker;
    return depart(target, entering, workers);
  }
  move_to(target, choice, entering, workers);
  auto entered = admit(target, entering, workers);
  entered.moved = true;
  evict(entering.now);
  return entered;
}

// `to` lives, so the session leaves it only between its requests: who goes first finds out when,
// or that there is no such moment.
Entered TakeoverTable::Shard::depart(Entry& entry, const Entering& entering,
                                     const TakeoverWorkers& workers) {
  const auto process = workers.process(entry.to);
  if (entering.stays) {
    entry.stays_until = entering.now + stay_time;
    entry.leaving = false;
    const bool is_loaded = entry.has_it && !entry.reloads && process == entry.process;
    entry.process = process;
    if (is_loaded) open_gate(entry);
  } else if (entering.now >= entry.stays_until && !entry.leaving) {
    const bool reloads = entry.reloads || process != entry.process;
    close_gate(entry, process);
    entry.reloads = reloads;
    entry.leaving = true;
  }
  auto entered = admit(entry, entering, workers);
  workers.consult(entry.to, entry.lapses);
  entered.leaves = entry.leaving && entered.gate == Gate::first;
  return entered;
}

// A new generation: who chose before chooses again.
void TakeoverTable::Shard::close_gate(Entry& entry, std::uint32_t process) {
  entry.process = process;
  entry.generation = ++last_generation;
  entry.reloads = true;
  entry.leaving = entry.gate_open = false;
  if (entry.place) entry.place->vacate();
}

// `to` is another process, which has served nobody of the session yet.
void TakeoverTable::Shard::restart(Entry& entry, std::uint32_t process) {
  close_gate(entry, process);
  entry.dispatched = {};
}

void TakeoverTable::Shard::open_gate(Entry& entry) {
  entry.gate_open = entry.has_it = true;
  entry.holder = entry.to;
  entry.reloads = entry.leaving = false;
}

// An error that was published before this is none of a worker that has the session.
void TakeoverTable::Shard::settle(Entry& entry, TimePoint now) {
  open_gate(entry);
  entry.dispatched = std::max(entry.dispatched, now);
}

// The one who displaces goes first; those who wait keep waiting, now for it.
void TakeoverTable::Shard::move_to(Entry& entry, const TakeoverWorkers::Choice& choice,
                                   const Entering& entering, const TakeoverWorkers& workers) {
  leave_from(entry.from, choice.to);
  entry.to = choice.to;
  entry.may_hold_old_copy = choice.may_hold_old_copy;
  restart(entry, workers.process(choice.to));
  entry.moved = entry.generation;
  entry.moved_at = entering.now;
  entry.reloads = entry.has_it = false;
  entry.stays_until = {};
  if (entry.place) entry.place->remove_waiter(entering.waiter);
}

// Renews the entry and asks its gate.
Entered TakeoverTable::Shard::admit(Entry& entry, const Entering& entering,
                                    const TakeoverWorkers& workers) {
  unlink(entry);
  const auto process = workers.process(entry.to);
  if (process != entry.process) restart(entry, process);
  entry.lapses = std::max(entry.lapses, entering.now + entering.remember);
  for (const auto& displaced : entry.from) workers.consult(displaced.worker, entry.lapses);
  Entered entered{.to = entry.to,
                  .gate = Gate::open,
                  .generation = entry.generation,
                  .process = entry.process,
                  .retry_at = {},
                  .moved = false,
                  .may_hold_old_copy = entry.may_hold_old_copy,
                  .called = std::nullopt,
                  .leaves = false};
  ask_gate(entry, entering, workers, entered);
  if (entered.gate == Gate::wait) entered.retry_at = opens_at(*entry.place, entering);
  relink(entry);
  return entered;
}

void TakeoverTable::Shard::ask_gate(Entry& entry, const Entering& entering,
                                    const TakeoverWorkers& workers, Entered& entered) {
  auto* place = entry.place.get();
  if (place != nullptr && !entry.gate_open && place->occupied) {
    if (is_overdue(*place, entering, workers.last_byte(entry.to))) place->vacate();
    // Somebody who was called and never came must not hold up the session.
    if (place->reserved && entering.now > place->reserved_at + entering.wait) place->vacate();
  }
  if (!entry.gate_open) {
    entered.gate = queue_at(entry, entering, entered);
    return;
  }
  if (place == nullptr) return;
  if (place->occupied && place->first == entering.waiter) place->vacate();
  place->remove_waiter(entering.waiter);
}

Gate TakeoverTable::Shard::queue_at(Entry& entry, const Entering& entering, Entered& entered) {
  const auto& waiter = entering.waiter;
  if (!entry.place) entry.place = std::make_unique<GatePlace>();
  auto& place = *entry.place;
  // Nobody is there whose end would call them: who was first stood at the gate of another process.
  if (goes_after_others(place, entry.holder, entering))
    entered.called = place.call(entry.holder, entering.now);
  if (place.may_go_first(waiter)) {
    place.remove_waiter(waiter);
    if (!place.occupied) place.written = {};
    place.first = waiter;
    place.route = entering.route_worker;
    place.occupied = true;
    place.reserved = false;
    return Gate::first;
  }
  if (place.find(waiter) != place.waiters.end()) return Gate::wait;
  if (place.waiters.size() >= most_waiters) return Gate::full;
  place.waiters.push_back({.ref = waiter, .route = entering.route_worker});
  return Gate::wait;
}

std::vector<WaiterRef> TakeoverTable::Shard::leave(Entry& entry, const WaiterRef& waiter, Leave how,
                                                   TimePoint now) {
  unlink(entry);
  std::vector<WaiterRef> woken;
  auto& place = *entry.place;
  if (place.occupied && place.first == waiter) {
    // A head that was sent and never answered: the take-over may have happened all the same.
    const bool sent = place.written != TimePoint{};
    if (how == Leave::failed && sent) confirm(entry);
    if (entry.opens_at(how)) settle(entry, now);
    place.vacate();
    if (!entry.gate_open && !place.waiters.empty()) {
      woken.push_back(place.call(entry.holder, now));
    }
  } else {
    place.remove_waiter(waiter);
  }
  if (entry.gate_open)
    for (const auto& waiting : std::exchange(place.waiters, {})) woken.push_back(waiting.ref);
  relink(entry);
  evict(now);
  return woken;
}

void TakeoverTable::Shard::confirm(Entry& entry) {
  if (entry.confirmed) return;
  const bool linked = entry.is_linked();
  if (linked) unlink(entry);
  entry.confirmed = true;
  ++all_confirmed;
  if (linked) relink(entry);
}

void TakeoverTable::Shard::unlink(Entry& entry) {
  if (!entry.is_linked()) return;
  if (!entry.place) --(entry.confirmed ? lru_confirmed : lru_provisional);
  entry.unlink();
}

// To the young end of the list that it belongs to.
void TakeoverTable::Shard::relink(Entry& entry) {
  if (entry.place && entry.place->empty()) entry.place.reset();
  if (entry.place) {
    at_gate.push_back(entry);
    return;
  }
  (entry.confirmed ? confirmed : provisional).push_back(entry);
  ++(entry.confirmed ? lru_confirmed : lru_provisional);
}

void TakeoverTable::Shard::erase(Entry& entry) {
  unlink(entry);
  if (entry.confirmed) --all_confirmed;
  entries.erase(TakeoverKey{entry.key});
}

// Keeps the bounds, and lets the oldest go once they lapsed.
void TakeoverTable::Shard::evict(TimePoint now) {
  while (lru_provisional > most_provisional) erase(provisional.front());
  while (lru_confirmed > most_confirmed) erase(confirmed.front());
  for (auto* list : {&provisional, &confirmed})
    if (!list->empty() && list->front().lapses <= now) erase(list->front());
}

}  // namespace jkproxy::routing

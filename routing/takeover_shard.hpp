#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "routing/takeover_table.hpp"

namespace jkproxy::routing {

// The inside of the table; only takeover_table.cpp and takeover_shard.cpp include it.

// Who stands at a gate. Kept apart from the entry, since hardly any entry has one.
struct GatePlace {
  WaiterRef first;                  // goes alone
  WorkerId route = unknown_worker;  // that the first's cookie names
  bool occupied = false;            // `first` is somebody
  bool reserved = false;            // `first` was promoted and did not come back yet
  TimePoint reserved_at;
  TimePoint written;  // newest request head to `to` in this generation; zero: none yet
  TimePoint heard;    // since then `to` is known to have given somebody a byte after `written`
  struct Waiting {
    WaiterRef ref;
    WorkerId route = unknown_worker;  // that its cookie names
  };
  using Waiters = std::vector<Waiting>;
  Waiters waiters;  // in the order in which they came

  bool empty() const { return !occupied && waiters.empty(); }
  bool may_go_first(const WaiterRef& waiter) const { return !occupied || first == waiter; }
  // Who goes next is first, once it is told so.
  WaiterRef call(WorkerId holder, TimePoint now);
  void vacate() {
    occupied = reserved = false;
    written = heard = {};
  }
  Waiters::iterator find(const WaiterRef& waiter);
  void remove_waiter(const WaiterRef& waiter);
  // Who goes when the first leaves: who comes with the session's newest cookie, else who came
  // first. There is somebody.
  Waiters::iterator next(WorkerId holder);
};

using DisplacedList = boost::container::small_vector<Displaced, 1>;

using LruHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// One displaced session.
//
//   gate closed --settled, or `wait` after the head--> open
//   gate closed --another head, or failed--> closed, the next waiter goes first
//   open --`to` lost, or its process is another one--> closed, next generation
struct TakeoverTable::Entry : LruHook {
  TakeoverKey key;
  DisplacedList from;
  std::unique_ptr<GatePlace> place;
  std::uint64_t generation = 0;
  std::uint64_t moved = 0;  // the generation in which it came to `to`
  TimePoint moved_at;       // and when
  TimePoint lapses;
  TimePoint dispatched;  // newest request head to `to`, since it came there, or newest proof that
                         // it is there; zero: none
  WorkerId to = unknown_worker;
  WorkerId holder = unknown_worker;  // the last one that is known to have had it: its cookie is the
                                     // newest
  bool gate_open = false;
  bool confirmed = false;
  std::uint32_t process = 0;  // of `to`, which the gate is about
  bool reloads = false;       // `to` restarted: the session is not known to be loaded there
  bool leaving = false;       // `to` lives: who is first waits until nobody uses the session
  bool has_it = false;        // `to` has taken the session over: it is not under an older key now
  TimePoint stays_until;      // it was in use all the time: not tried again before
  bool may_hold_old_copy = false;

  // A cookie with the route of a worker in `from` is older than the entry, any other is newer. An
  // unknown route is older: it cannot name a worker that the session moved to. One that names `to`
  // has to do with the entry while its gate is closed.
  bool applies_to(WorkerId route_worker) const;
  // True when this end of the first's request tells that the session is loaded, or that there is
  // none.
  bool opens_at(Leave how) const;
};

// Entries that nobody stands at are in one of two LRU lists, the others in a list that nothing is
// evicted from.
struct alignas(64) TakeoverTable::Shard {
  using List = boost::intrusive::list<Entry, boost::intrusive::base_hook<LruHook>,
                                      boost::intrusive::constant_time_size<false>>;
  struct KeyHash {
    using is_avalanching = void;
    std::size_t operator()(const TakeoverKey& key) const { return key.hash[1]; }
  };

  std::mutex mutex;
  boost::unordered_flat_map<TakeoverKey, std::unique_ptr<Entry>, KeyHash> entries;
  List provisional;  // least recently used first
  List confirmed;
  List at_gate;
  std::size_t lru_provisional = 0;  // sizes of the lists
  std::size_t lru_confirmed = 0;
  std::size_t all_confirmed = 0;  // those at a gate included
  std::uint64_t last_generation = 0;
  std::size_t most_confirmed = 0;
  std::size_t most_provisional = 0;
  std::size_t most_waiters = 0;

  // All with the mutex held. Null when there is none, or it lapsed.
  Entry* find(const TakeoverKey& key, TimePoint now);
  // For a cookie that the entry applies to: where to, and what the gate says.
  std::optional<Entered> pass(Entry& entry, const Entering& entering,
                              const TakeoverWorkers& workers);
  // For a cookie of a worker that can serve, newer than the entry or without one.
  std::optional<Entered> reload(Entry* entry, const Entering& entering,
                                const TakeoverWorkers& workers);
  // For a cookie of a worker that cannot serve, newer than the entry or without one.
  std::optional<Entered> displace(Entry* entry, const Entering& entering,
                                  const TakeoverWorkers& workers);
  std::vector<WaiterRef> leave(Entry& entry, const WaiterRef& waiter, Leave how, TimePoint now);
  void confirm(Entry& entry);
  // An answer shows that the session is loaded at `to`, or that there is none.
  static void settle(Entry& entry, TimePoint now);

 private:
  static void open_gate(Entry& entry);
  Entry& make(const Entering& entering);
  Entered depart(Entry& entry, const Entering& entering, const TakeoverWorkers& workers);
  void close_gate(Entry& entry, std::uint32_t process);
  void restart(Entry& entry, std::uint32_t process);
  void move_to(Entry& entry, const TakeoverWorkers::Choice& choice, const Entering& entering,
               const TakeoverWorkers& workers);
  Entered admit(Entry& entry, const Entering& entering, const TakeoverWorkers& workers);
  void ask_gate(Entry& entry, const Entering& entering, const TakeoverWorkers& workers,
                Entered& entered);
  Gate queue_at(Entry& entry, const Entering& entering, Entered& entered);
  void unlink(Entry& entry);
  void relink(Entry& entry);
  void erase(Entry& entry);
  void evict(TimePoint now);
};

}  // namespace jkproxy::routing

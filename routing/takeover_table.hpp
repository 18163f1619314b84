#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "routing/clock.hpp"
#include "routing/worker_runtime.hpp"

namespace jkproxy::routing {

// A session as the table knows it: keyed 128-bit hash of balancer and stem, so that nobody can
// choose ids that collide, and no id is kept.
struct TakeoverKey {
  std::array<std::uint64_t, 2> hash{};
  bool operator==(const TakeoverKey&) const = default;
};

// Secret of this process, made at start.
using TakeoverSecret = std::array<std::uint8_t, 16>;

TakeoverKey takeover_key(const TakeoverSecret& secret, std::string_view balancer,
                         std::string_view stem);

// Names one waiting exchange across threads. A waiter is woken by this, never by pointer; a stale
// reference wakes nobody.
struct WaiterRef {
  std::uint32_t thread = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  bool operator==(const WaiterRef&) const = default;
};

// The worker that a cookie names, when no worker of the balancer has its route.
inline constexpr WorkerId unknown_worker = 0xffff'ffff;

// What an exchange may do at the gate of its session.
enum class Gate : std::uint8_t {
  open,   // go
  first,  // go alone; the others wait for you: you owe a `leave`
  wait,   // wait until woken, or until `retry_at`, then enter again
  full,   // 64 wait already: 503
};

// One displaced session, by the eyes of one request.
struct Entering {
  TakeoverKey key;
  WorkerId route_worker = unknown_worker;  // the worker whose route the cookie has
  WaiterRef waiter;                        // this exchange
  bool own_is_open = false;                // not stopped, and not tried by this request
  TimePoint own_tried_at{};                // when this request gave its own worker up; zero: never
  bool quiet = false;                      // told `leaves`, and nobody used the session since
  bool stays = false;                      // told `leaves`, and the session was used all the time
  milliseconds wait{};                     // takeover.wait
  milliseconds remember{};                 // takeover.remember
  TimePoint now;
};

// A worker that a session was displaced from. It may hold an old copy of the session, unless it
// refused a connection since: then its process, and its copies with it, are gone.
struct Displaced {
  WorkerId worker = unknown_worker;
  TimePoint usable_since;  // the worker's, at the time; a later refusal clears it
};

// The workers, as one request sees them while it is in the table. Called under a shard's mutex:
// must be short, must not block and must not call the table.
class TakeoverWorkers {
 public:
  enum class Kind : std::uint8_t {
    moves,    // to `to`
    stays,    // the worker it would leave is stopped, but lives, and no other that lives is free of
              // old copies
    retries,  // all workers in error: the one it would leave is tried first
    nobody,   // no worker may be tried
  };
  struct Choice {
    Kind kind = Kind::nobody;
    WorkerId to = unknown_worker;
    bool may_hold_old_copy = false;
  };

  virtual ~TakeoverWorkers() = default;
  // The best worker for a session that leaves `leaving` and was displaced from those in `from`.
  virtual Choice choose(std::span<const Displaced> from, WorkerId leaving) const = 0;
  // True when `to` cannot serve: stopped, in error since after `dispatched`, or it refused this
  // very request under this generation of the entry.
  virtual bool lost(WorkerId to, TimePoint dispatched, std::uint64_t generation) const = 0;
  virtual TimePoint usable_since(WorkerId worker) const = 0;
  virtual TimePoint last_byte(WorkerId worker) const = 0;
  // True when it can still be at work on the session: in service, or in error since before the
  // newest head was written to it, and it did not refuse this request. Zero: none was.
  virtual bool lives(WorkerId worker, TimePoint dispatched) const = 0;
  // The generation of its process: 0 as long as it was not seen to restart.
  virtual std::uint32_t process(WorkerId worker) const = 0;
  // Raises the worker's consult_until.
  virtual void consult(WorkerId worker, TimePoint until) const = 0;
};

struct Entered {
  WorkerId to = unknown_worker;
  Gate gate = Gate::open;
  std::uint64_t generation = 0;     // of the entry: goes up with every new `to`
  std::uint32_t process = 0;        // of `to`, that the gate is about
  TimePoint retry_at;               // for Gate::wait
  bool moved = false;               // this call displaced the session: worth a line in the log
  bool may_hold_old_copy = false;   // `to` held the session before and did not refuse since
  std::optional<WaiterRef> called;  // somebody with a newer cookie, who goes first instead: to be
                                    // woken
  bool leaves = false;  // with `first`: `to` lives, and the session leaves it once nobody uses
                        // it; enter again with `quiet` or `stays`
};

// How the exchange that went first left the gate.
enum class Leave : std::uint8_t {
  settled,     // a final head with the session's Set-Cookie: opens the gate
  answered,    // one with a Set-Cookie of another session, or without any by the worker that the
               // cookie names: opens it, if that cookie is the session's newest
  not_proven,  // another final head: the next waiter goes first
  failed,      // failed for good, or sent nothing: the next waiter goes first
};

// Where displaced sessions settle. Entries are keyed by stem; each has `from`, the workers
// displaced from, and `to`. It applies only to cookies whose route is in `from`: any other is newer
// and is followed. Sharded; a shard's mutex is held inside these calls only, never across a
// co_await. Any thread. Provisional entries live in a small LRU of their own until a Set-Cookie
// proves them.
class TakeoverTable {
 public:
  struct Limits {
    std::size_t confirmed = 1'000'000;  // entries; the least recently used goes first
    std::size_t provisional = 65'536;
    std::size_t waiters = 64;  // per stem
    std::size_t shards = 64;   // the two bounds above are shared out evenly, rounded up
  };

  explicit TakeoverTable(Limits limits);
  ~TakeoverTable();

  // The entry that applies to this cookie, if there is one. For workers that are usable but whose
  // consult_until lies ahead. Makes one only in a worker that was seen to restart: the first
  // request of each of its sessions goes alone there, as several would each load the session.
  std::optional<Entered> look_up(const Entering& entering, const TakeoverWorkers& workers);

  // Looks up, chooses and inserts in one step, and raises consult_until of every worker in `from`.
  // Nothing: the session does not move (`Kind::stays`, `retries`) or there is nobody.
  std::optional<Entered> enter(const Entering& entering, const TakeoverWorkers& workers);

  // True while the entry has this very generation: nobody displaced the session meanwhile.
  bool holds(const TakeoverKey& key, std::uint64_t generation) const;
  // True when the session has left `worker` for another one since `generation`, even if it came
  // back. Generation 0: the table did not send the request there, which `begun` counts for then.
  bool has_left(const TakeoverKey& key, WorkerId worker, std::uint64_t generation, TimePoint begun,
                TimePoint now) const;
  // True when an entry would send a cookie with the route of `route_worker` elsewhere.
  bool applies(const TakeoverKey& key, WorkerId route_worker, TimePoint now) const;

  // The request head was written to `to`: the gate's time runs from here. For every request that
  // the table sent, not only the first.
  void dispatched(const TakeoverKey& key, std::uint64_t generation, TimePoint now);

  // The exchange leaves its place at the gate, first or waiting. Owed by everyone who was told
  // `first` or `wait`, and is told neither the next time or does not ask again. Returns whom to
  // wake.
  [[nodiscard]] std::vector<WaiterRef> leave(const TakeoverKey& key, const WaiterRef& waiter,
                                             Leave how, TimePoint now);

  // A Set-Cookie of `to` with this stem came: confirms the entry and opens its gate. From any other
  // worker it changes nothing. `remember` runs from the last `enter` or `look_up`, which raise
  // consult_until with it.
  void confirm(const TakeoverKey& key, WorkerId to, milliseconds remember, TimePoint now);

  struct Counts {
    std::size_t confirmed = 0;
    std::size_t provisional = 0;
    std::size_t gates_closed = 0;  // take-overs under way
    std::size_t waiting = 0;       // exchanges that wait at a gate
  };
  Counts counts() const;

 private:
  struct Entry;
  struct Shard;
  Shard& shard_of(const TakeoverKey& key) const;

  Limits limits_;
  std::unique_ptr<Shard[]> shards_;
};

}  // namespace jkproxy::routing

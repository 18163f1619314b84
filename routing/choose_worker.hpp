#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "routing/session_route.hpp"
#include "routing/snapshot.hpp"
#include "routing/takeover_table.hpp"

namespace jkproxy::routing {

// Why this worker: one per choice, for log, status and explain.
enum class Reason : std::uint8_t {
  none,             // no worker was chosen
  new_session,      // no session id with a route: balanced
  own_worker,       // the cookie's route
  taken_over,       // the table: an earlier request displaced the session
  displaced,        // the route's worker cannot serve; this request displaced the session
  unknown_route,    // no worker of the balancer has this route; treated as displaced
  forced_recovery,  // all workers in error: tried all the same
  probe,            // the one request that finds out whether a worker is back
};

std::string_view to_text(Reason reason);

// What `choose_worker` decided, and all that explains it. Small, fixed size, no views. Who was told
// `first` or `wait` owes the table a `leave`, once the next choice says neither or there is none.
struct Decision {
  enum class Verdict : std::uint8_t {
    go,           // send it to `member`
    wait,         // at the gate: until woken or `retry_at`, then choose again
    leave,        // `member` lives: wait until nobody uses the session, then choose again (`quiet`)
    unavailable,  // 503: nobody usable, or force and the own worker is not
  };

  Verdict verdict = Verdict::unavailable;
  Reason reason = Reason::none;
  std::size_t member = 0;          // of the balancer
  std::optional<std::size_t> own;  // member of the cookie's route
  bool has_session = false;        // an id with a stem came
  bool in_table = false;           // `key`, `generation` and the gate apply
  bool first = false;              // goes alone through the gate: owes a `leave`, as who waits does
  bool displaced_now = false;      // worth a line in the error log
  bool may_hold_old_copy = false;  // ditto, a warning
  const TakeoverTable* table = nullptr;  // the one that was asked; null: none was
  TakeoverKey key;
  std::uint64_t generation = 0;
  std::uint32_t process = 0;  // of `member`, that the choice is about
  TimePoint retry_at;
  std::optional<WaiterRef> called;  // to be woken: its turn at the gate has come
};

// A session leaves a living worker when nobody has used it for so long: msm stores its last changes
// behind the answer.
inline constexpr milliseconds quiet_time{100};

// What one request brings to the choice; kept over its attempts.
struct Request {
  const Balancer* balancer = nullptr;
  std::string_view session_id;  // the id that counts (`session_id_that_counts`); may be empty;
                                // the exchange owns its bytes
  std::uint64_t tried = 0;      // bit per member: refused or broke in this request
  std::uint64_t refused = 0;    // bit per member: refused a connection in this request
  std::uint64_t refused_generation = 0;  // of the entry under which it refused
  TimePoint own_tried_at{};              // when the worker that its cookie names was given up
  bool on_fallback = false;              // was sent to a fallback: no worker is chosen any more
  bool quiet = false;  // told `leave`: nobody else used the session for `quiet_time`
  bool stays = false;  // told `leave`: it was in use all the time
  WaiterRef waiter;
};

// The first id whose route names a worker of this balancer, else the first with a stem, else empty.
std::string_view session_id_that_counts(const SessionIds& ids, const Balancer& balancer);

// Chooses by affinity, take-over table and balancing (mod_jk: get_most_suitable_worker). Counts
// nothing but claims a probe if it returns one, and raises consult_until when it displaces.
// Any thread; `offset` rotates ties as mod_jk does and belongs to the calling thread.
class Router {
 public:
  Router(TakeoverTable& table, const TakeoverSecret& secret) : table_{table}, secret_{secret} {}

  Decision choose_worker(const Request& request, TimePoint now, std::size_t& offset) const;

  // True while the choice still holds: before the head is written, and after every wait.
  // The fast path: own worker usable and its consult_until not ahead.
  static bool still_holds(const Request& request, const Decision& decision, TimePoint now);

  // True when the session has left the decision's worker since: what that one answers comes from a
  // copy that is no longer the session. `begun`: when the attempt at that worker began.
  bool has_left(const Request& request, const Decision& decision, TimePoint begun,
                TimePoint now) const;

  TakeoverTable& table() const { return table_; }

 private:
  Decision choose_by_table(const Request& request, Decision decision, std::string_view stem,
                           TimePoint now) const;

  TakeoverTable& table_;
  TakeoverSecret secret_;
};

// A stem's part of the rank.
std::uint64_t rank_seed(std::string_view stem);

// Fixed and documented: every process ranks alike. XXH64 of the route, seeded with XXH64 of the
// stem (seed 0); the highest goes first (rendezvous hashing).
std::uint64_t rank(std::uint64_t seed, std::string_view route);
inline std::uint64_t rank(std::string_view stem, std::string_view route) {
  return rank(rank_seed(stem), route);
}

}  // namespace jkproxy::routing

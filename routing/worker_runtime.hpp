#pragma once

#include <atomic>
#include <cstdint>

#include "routing/clock.hpp"
#include "routing/worker_state.hpp"

namespace jkproxy::routing {

// Index of a worker for the life of the process; survives a reload, is never given again.
using WorkerId = std::uint32_t;

// A point in time that threads share. Zero: never.
class AtomicTime {
 public:
  TimePoint load(std::memory_order order = std::memory_order_relaxed) const {
    return TimePoint{TimePoint::duration{ticks_.load(order)}};
  }
  void store(TimePoint time, std::memory_order order = std::memory_order_relaxed) {
    ticks_.store(time.time_since_epoch().count(), order);
  }
  // Never goes back: the later one stays.
  void raise(TimePoint time) {
    auto now = ticks_.load(std::memory_order_relaxed);
    const auto wanted = time.time_since_epoch().count();
    while (now < wanted && !ticks_.compare_exchange_weak(now, wanted, std::memory_order_release)) {
    }
  }
  // True for the first caller, and for one more each time that `pause` has passed.
  bool claim(TimePoint now, TimePoint::duration pause) {
    auto last = ticks_.load(std::memory_order_relaxed);
    const auto wanted = now.time_since_epoch().count();
    if (last != 0 && wanted - last < pause.count()) return false;
    return ticks_.compare_exchange_strong(last, wanted, std::memory_order_relaxed);
  }

 private:
  std::atomic<TimePoint::rep> ticks_{0};
};

// The only mutable thing that threads share about a worker. Any thread counts, relaxed; only the
// control thread writes `state`, `state_since`, `usable_since` and `activation`, with one
// exception: recover -> probe by compare-exchange in the thread that chooses (`claim_probe`).
struct WorkerRuntime {
  explicit WorkerRuntime(WorkerId worker_id) : id{worker_id} {}

  const WorkerId id;
  std::atomic<Activation> activation{Activation::active};
  std::atomic<WorkerState> state{WorkerState::ok};
  AtomicTime state_since;    // of the last change of state
  AtomicTime usable_since;   // of the last change from unusable to ok
  AtomicTime gone_since;     // of the last change from usable to anything else
  AtomicTime error_since;    // it was found in error last; a slow answer to a probe leaves it alone
  AtomicTime consult_until;  // until then the take-over table is asked about this worker's sessions
  AtomicTime last_refusal;  // a connect was refused or found nobody, or its process was seen to end
  AtomicTime last_byte;     // coarse: it gave somebody, checks included, a byte
  AtomicTime last_accept;   // it accepted a request's connection
  std::atomic<std::uint32_t> generation{
      0};  // of its process; goes up when it comes back as another one

  // Counters on a line of their own: those who choose read only what stands above.
  alignas(64) std::atomic<std::uint32_t> busy{0};  // exchanges under way
  std::atomic<std::uint32_t> tunnels{0};           // of these: upgraded connections
  std::atomic<std::uint64_t> lb_value{0};          // mod_jk's; see lb_method.hpp
  std::atomic<std::uint64_t> elected{0};           // attempts begun
  std::atomic<std::uint64_t> sessions{0};          // attempts for requests without a session
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> errors{0};         // attempts refused, broken or timed out
  std::atomic<std::uint64_t> client_errors{0};  // attempts whose client left
  std::atomic<std::uint64_t> bytes_to_worker{0};
  std::atomic<std::uint64_t> bytes_from_worker{0};
  std::atomic<std::uint32_t> wrong_routes{0};  // session cookies, since the log named them last
  AtomicTime wrong_route_logged;

  bool in_service() const {
    const auto now = state.load(std::memory_order_acquire);
    return now == WorkerState::ok || now == WorkerState::busy;
  }

  // The generation of its process: 0 as long as it was not seen to restart. One that was seen to
  // end counts as the next one already.
  std::uint32_t process() const {
    const bool ended = !in_service() && last_refusal.load() > usable_since.load();
    return generation.load(std::memory_order_relaxed) + (ended ? 1 : 0);
  }

  // Control thread only. The times go first, so that who sees the new state sees its times as well.
  // `still`: an error that it was in before goes on, and nothing new is known.
  void publish(WorkerState next, TimePoint now, bool still = false) {
    const bool usable = next == WorkerState::ok || next == WorkerState::busy;
    if (usable && !in_service()) come_back(now);
    if (!usable && in_service()) gone_since.store(now);
    if (next == WorkerState::error && !still) error_since.store(now);
    state_since.store(now);
    state.store(next, std::memory_order_release);
  }

  // Who refused since it was last usable is another process now, and its copies of sessions are
  // gone.
  void come_back(TimePoint now) {
    const bool restarted = last_refusal.load() > usable_since.load();
    if (restarted) generation.fetch_add(1, std::memory_order_relaxed);
    usable_since.store(now);
  }

  // True for the one caller that may now probe this worker; it owes the health monitor an outcome.
  bool claim_probe() {
    auto expected = WorkerState::recover;
    return state.compare_exchange_strong(expected, WorkerState::probe);
  }
};

}  // namespace jkproxy::routing

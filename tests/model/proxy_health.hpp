#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "health/worker_health.hpp"
#include "routing/snapshot.hpp"
#include "tests/model/facts.hpp"

namespace jkproxy::model {

struct World;

// The control thread of one simulated jkproxy: health::WorkerHealth decides, this stands for what
// HealthMonitor and HealthCheck do around it. The check's connection is the witness.
class ProxyHealth {
 public:
  using BreakOff = std::function<void(int node)>;

  ProxyHealth(World& world, int index, Process& os, const routing::Snapshot& snapshot,
              BreakOff break_off);

  void start();
  void record(int node, const routing::Attempt& attempt, std::uint64_t client);
  void lose_process(int node, std::uint32_t process);
  void set_activation(int node, routing::Activation activation);
  bool is_checked() const { return checked_; }
  // One check at once, or the one that is under way.
  void check_now(int node, std::function<void(bool lives)> done);

 private:
  struct Watched {
    routing::WorkerRuntime* runtime;
    health::WorkerHealth verdict;
    std::optional<std::uint32_t> witness{};     // the process that its connection goes to
    std::optional<std::uint32_t> unanswered{};  // a check on this one timed out
    TimePoint closes_at{};
    TimePoint begin{};         // of the check that is under way
    std::uint32_t ticket = 0;  // of that check, or of the rest until the next one
    bool resting = true;
    bool on_kept = false;  // the check that is under way goes over a connection that was there
    bool sent = false;
    std::vector<std::function<void(bool)>> askers{};
  };

  Watched& of(int node) { return watched_[static_cast<std::size_t>(node)]; }
  bool is_open(int node, std::uint32_t process) const;
  void check(int node);
  bool process_ended(int node, Watched& watched);
  void attempt(int node);
  void ask(int node, std::uint32_t ticket);
  void answer(int node, std::uint32_t ticket);
  void time_out(int node, std::uint32_t ticket);
  void broken(int node);
  void report(int node, health::CheckResult result, bool gave_bytes = false);
  void rest(int node);
  void tick();
  health::Seen seen(const Watched& watched) const;
  void apply(int node, const health::Transition& transition);

  World& world_;
  int index_;
  Process& os_;
  const routing::Snapshot& snapshot_;
  const config::BalancerSettings& settings_;
  BreakOff break_off_;
  bool checked_;
  std::vector<Watched> watched_;
};

}  // namespace jkproxy::model

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "health/health_check.hpp"
#include "health/worker_health.hpp"
#include "routing/outcome.hpp"
#include "routing/snapshot.hpp"

namespace jkproxy::health {

// One change of a worker's state.
struct WorkerChange {
  const routing::Worker& worker;
  WorkerState from = WorkerState::ok;
  WorkerState to = WorkerState::ok;
  std::string cause;
  bool silent = false;  // it does not answer: exchanges that wait for it should be broken off
};

// How a worker came to where it is, for the status.
struct WorkerReport {
  std::string cause;  // of the last change of state; empty: none yet
  TimePoint since;
  std::string last_check;  // how the last check ended; empty: no check
};

// Judges all workers: the only writer of their state and activation (but for a claimed probe).
// Lives on the control thread; only `record` may be called from others.
class HealthMonitor : public routing::OutcomeSink {
 public:
  using OnChange = std::function<void(const WorkerChange&)>;
  using OnChecked = std::function<void(bool lives)>;
  using OnConnectError = std::function<void(routing::WorkerId)>;

  // `on_change` and `on_connect_error` (its address may have changed) are called on the control
  // thread and must not destroy the monitor.
  HealthMonitor(boost::asio::io_context& control, std::shared_ptr<const routing::Snapshot> snapshot,
                routing::Clock clock, OnChange on_change, OnConnectError on_connect_error);
  ~HealthMonitor() override;
  HealthMonitor(const HealthMonitor&) = delete;
  HealthMonitor& operator=(const HealthMonitor&) = delete;

  // Checks and timers run from here until `stop`.
  void start();
  void stop();

  // Any thread: posts to the control thread.
  void record(routing::WorkerId worker, const routing::Attempt& attempt,
              std::uint64_t client) override;
  void set_address(routing::WorkerId worker, const std::optional<routing::Address>& address);
  void set_activation(routing::WorkerId worker, routing::Activation activation);
  // One check at once, or the one that is under way; `done` is called with its verdict, and at once
  // with `true` for a worker without a health check.
  void check_now(routing::WorkerId worker, OnChecked done);
  WorkerReport report(routing::WorkerId worker) const;

  // What `start` does every 200 ms: recover_time, probe deadlines, decay. For tests with a clock
  // that is turned by hand.
  void tick();

 private:
  struct Watched;
  Watched* find(routing::WorkerId worker) const;
  void judge(Watched& watched, const routing::Attempt& attempt, std::uint64_t client);
  void judge(Watched& watched, const CheckReport& report);
  void apply(Watched& watched, const Transition& transition, const std::string& detail);
  void publish(const routing::Worker& worker, const Transition& transition, TimePoint now);
  Seen seen(const Watched& watched) const;
  void wait_for_tick();

  boost::asio::io_context& control_;
  std::shared_ptr<const routing::Snapshot> snapshot_;
  routing::Clock clock_;
  OnChange on_change_;
  OnConnectError on_connect_error_;
  boost::asio::steady_timer ticker_;
  TimePoint decayed_at_;
  std::vector<std::unique_ptr<Watched>> workers_;
};

}  // namespace jkproxy::health

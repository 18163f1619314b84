#include "health/health_monitor.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/fakes/manual_clock.hpp"

namespace jkproxy::health {
namespace {

using routing::Attempt;
using routing::Outcome;
using namespace std::chrono_literals;

config::Settings two_workers() {
  config::Settings settings;
  for (const auto* name : {"node1", "node2"}) {
    auto& worker = settings.workers.emplace_back();
    worker.name = worker.route = name;
    worker.address = {.host = "127.0.0.1", .port = 8081, .unix_path = {}};
  }
  settings.balancers.emplace_back().workers = {"node1", "node2"};
  settings.mounts.push_back({.host = {}, .path = "/", .balancer = "default"});
  return settings;
}

class HealthMonitorTest : public testing::Test {
 protected:
  void record(const Attempt& attempt, std::uint64_t client = 1) {
    monitor.record(node1().id(), attempt, client);
    control.restart();
    control.poll();
  }
  const routing::Worker& node1() const { return *snapshot->workers[0]; }
  const routing::Worker& node2() const { return *snapshot->workers[1]; }

  boost::asio::io_context control;
  fakes::ManualClock clock;
  std::shared_ptr<const routing::Snapshot> snapshot =
      routing::build_snapshot(two_workers(), nullptr);
  std::vector<std::string> changes;
  int connect_errors = 0;
  TimePoint consult_at_change;
  HealthMonitor monitor{control, snapshot, clock.clock(),
                        [this](const WorkerChange& change) {
                          changes.push_back(std::string{to_text(change.from)} + ">" +
                                            std::string{to_text(change.to)});
                          consult_at_change = node1().runtime->consult_until.load();
                        },
                        [this](routing::WorkerId) { ++connect_errors; }};
};

TEST_F(HealthMonitorTest, PublishesAnErrorOnceAndHasTheTableAskedFromThenOn) {
  record({.outcome = Outcome::refused});
  record({.outcome = Outcome::refused});
  EXPECT_EQ(changes, std::vector<std::string>{"OK>ERR"});
  EXPECT_EQ(node1().runtime->state.load(), WorkerState::error);
  EXPECT_EQ(consult_at_change, clock.now() + 30min);
  EXPECT_EQ(connect_errors, 2);
  EXPECT_EQ(monitor.report(node1().id()).cause, "connection refused");
}

TEST_F(HealthMonitorTest, GoesFromErrorOverProbeToOk) {
  record({.outcome = Outcome::refused});
  clock.turn(60s);
  monitor.tick();
  EXPECT_TRUE(node1().runtime->claim_probe());
  EXPECT_FALSE(node1().runtime->claim_probe());
  record({.outcome = Outcome::answered});
  EXPECT_EQ(changes, (std::vector<std::string>{"OK>ERR", "ERR>ERR/REC", "ERR/PRB>OK"}));
  EXPECT_EQ(node1().runtime->usable_since.load(), clock.now());
}

TEST_F(HealthMonitorTest, AWorkerThatComesBackStartsAtTheHighestLbValue) {
  node2().runtime->lb_value = 41;
  record({.outcome = Outcome::refused});
  record({.outcome = Outcome::answered});
  EXPECT_EQ(node1().runtime->lb_value.load(), 41u);
}

TEST_F(HealthMonitorTest, HalvesLbValuesOnceAMinute) {
  node2().runtime->lb_value = 40;
  monitor.tick();
  EXPECT_EQ(node2().runtime->lb_value.load(), 40u);
  clock.turn(60s);
  monitor.tick();
  monitor.tick();
  EXPECT_EQ(node2().runtime->lb_value.load(), 20u);
}

TEST_F(HealthMonitorTest, StoppingAWorkerHasTheTableAsked) {
  monitor.set_activation(node1().id(), routing::Activation::stopped);
  EXPECT_EQ(node1().runtime->activation.load(), routing::Activation::stopped);
  EXPECT_EQ(node1().runtime->consult_until.load(), clock.now() + 30min);
}

TEST_F(HealthMonitorTest, TakesReportsFromManyThreads) {
  std::vector<std::thread> threads;
  for (std::uint64_t client = 0; client < 4; ++client)
    threads.emplace_back([this, client] {
      for (int i = 0; i < 100; ++i)
        monitor.record(node1().id(), {.outcome = Outcome::broken}, client);
    });
  for (auto& thread : threads) thread.join();
  control.restart();
  control.poll();
  EXPECT_EQ(changes, std::vector<std::string>{"OK>ERR"});
}

}  // namespace
}  // namespace jkproxy::health

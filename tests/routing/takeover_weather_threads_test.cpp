// Threads that serve one session while its workers die, restart, are stopped or disabled, and the
// configuration is read again: it is never at two workers at once, nobody stands beside the request
// that loads it, no old copy is asked, and nobody is forgotten at the gate.

#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <random>
#include <semaphore>
#include <thread>

#include "routing/session_verdict.hpp"
#include "tests/routing/farm.hpp"
#include "tests/routing/tomcats.hpp"

namespace jkproxy::routing {
namespace {

constexpr std::size_t threads = 6;
constexpr int rounds = 20;
constexpr int events = 12;  // a round

using Verdict = Decision::Verdict;

// What the threads share: the farm as jkproxy sees it, as it really is, and who is at work where.
class World {
 public:
  World() {
    auto& balancer = farm.settings.balancers.front();
    balancer.takeover = {.wait = std::chrono::hours{1}, .remember = std::chrono::hours{24}};
    farm.build();
    tomcats.forget();
  }

  // Time passes with every look at it.
  TimePoint now() { return TimePoint{std::chrono::hours{1}} + std::chrono::microseconds{++ticks_}; }

  std::shared_ptr<const Snapshot> snapshot() {
    const std::lock_guard lock{snapshot_mutex_};
    return farm.snapshot;
  }
  void reload() {
    const std::lock_guard lock{snapshot_mutex_};
    farm.build();
  }

  // As an I/O thread does it: the choice and its place in the list of exchanges are one step for
  // those who ask.
  struct Desk {
    std::mutex mutex;
    char at = '-';
    std::counting_semaphore<> wake{0};
    std::atomic<int> choices{0};
  };
  bool others_at(char name, std::size_t asking) {
    for (std::size_t i = 0; i < threads; ++i) {
      if (i == asking) continue;
      const std::lock_guard lock{desks[i].mutex};
      if (desks[i].at == name) return true;
    }
    return false;
  }
  void wake(const std::vector<WaiterRef>& waiters) {
    for (const auto& waiter : waiters) desks[waiter.slot].wake.release();
  }

  Farm farm{static_cast<int>(Tomcats::count)};
  Tomcats tomcats;
  std::array<Desk, threads> desks;
  std::atomic<int> forgotten{0};  // at a gate
  std::atomic<int> too_late{0};   // answers of living workers, thrown away

 private:
  std::atomic<std::int64_t> ticks_{0};
  std::mutex snapshot_mutex_;
};

// One request, as proxy/failover.cpp serves it: a POST, which is not sent again once it was sent.
class Exchange {
 public:
  Exchange(World& world, std::size_t thread, std::string id)
      : world_{world},
        desk_{world.desks[thread]},
        thread_{thread},
        id_{std::move(id)},
        snapshot_{world.snapshot()} {
    request_.balancer = &snapshot_->balancers.front();
    request_.session_id = id_;
    request_.waiter = {.thread = 0, .slot = static_cast<std::uint32_t>(thread), .generation = 1};
  }
  ~Exchange() {
    leave_gate(decision_.key, Leave::failed);
    const std::lock_guard lock{desk_.mutex};
    desk_.at = '-';
  }

  // The worker that answered, or '-': an error page.
  char serve() {
    for (;;) {
      choose();
      if (decision_.verdict == Verdict::unavailable) return '-';
      if (decision_.verdict == Verdict::go) {
        const auto answered = attempt();
        if (answered) return *answered;
      } else if (decision_.verdict == Verdict::wait) {
        world_.forgotten += desk_.wake.try_acquire_for(std::chrono::seconds{5}) ? 0 : 1;
      } else {
        await_quiet();
      }
    }
  }

 private:
  const Worker& worker() const { return *request_.balancer->members[decision_.member].worker; }
  char name() const { return worker().settings.name.front(); }

  void choose() {
    const std::lock_guard lock{desk_.mutex};
    ++desk_.choices;
    if (request_.on_fallback) leave_gate(decision_.key, Leave::failed);
    const auto former = decision_.key;
    decision_ = world_.farm.router.choose_worker(request_, world_.now(), offset_);
    if (decision_.called) world_.wake({*decision_.called});
    request_.quiet = false;
    const bool at_gate = decision_.first || decision_.verdict == Verdict::wait;
    if (!at_gate) leave_gate(former, Leave::failed);
    at_gate_ = at_gate;
    desk_.at = decision_.verdict == Verdict::go ? name() : '-';
  }

  void await_quiet() {
    for (int look = 0; look < 50 && !request_.quiet; ++look) {
      request_.quiet = !world_.others_at(name(), thread_);
      std::this_thread::yield();
    }
    request_.stays = !request_.quiet;
  }

  // Nothing: another worker is to be chosen.
  std::optional<char> attempt() {
    const auto begun = world_.now();
    const auto process = world_.tomcats.connect(name());
    if (!process) {
      worker().runtime->last_refusal.raise(world_.now());
      Farm::refuse(request_, decision_);
      if (decision_.own == decision_.member) request_.own_tried_at = world_.now();
      return std::nullopt;
    }
    if (!Router::still_holds(request_, decision_, world_.now())) return std::nullopt;
    const bool arrived = world_.tomcats.begin(name(), *process, decision_.may_hold_old_copy);
    head_written();
    std::this_thread::yield();
    if (!arrived || !world_.tomcats.end(name(), *process)) return '-';
    if (world_.farm.router.has_left(request_, decision_, begun, world_.now())) {
      world_.too_late += world_.tomcats.runs(name(), *process) ? 1 : 0;
      return '-';
    }
    learn_from_answer();
    return name();
  }

  void head_written() {
    if (!decision_.in_table) return;
    world_.farm.table.dispatched(decision_.key, decision_.generation, world_.now());
    if (decision_.own != decision_.member) request_.on_fallback = true;
  }

  // The worker sets a cookie when the session was not its own.
  void learn_from_answer() {
    worker().runtime->last_byte.raise(world_.now());
    const auto cookie = std::string{stem_of(id_)} + "." + name();
    const auto judgement = judge_answer(
        request_, decision_, {.session_id = cookie == id_ ? std::string_view{} : cookie});
    if (judgement.confirms)
      world_.farm.table.confirm(decision_.key, worker().id(),
                                request_.balancer->settings.takeover.remember, world_.now());
    leave_gate(decision_.key, judgement.gate);
  }

  void leave_gate(const TakeoverKey& key, Leave how) {
    if (std::exchange(at_gate_, false))
      world_.wake(world_.farm.table.leave(key, request_.waiter, how, world_.now()));
  }

  World& world_;
  World::Desk& desk_;
  const std::size_t thread_;
  const std::string id_;
  const std::shared_ptr<const Snapshot> snapshot_;
  Request request_;
  Decision decision_;
  std::size_t offset_ = 0;
  bool at_gate_ = false;
};

// The control thread, and what it hears of.
class Weather {
 public:
  explicit Weather(World& world) : world_{world} {}

  // One event: the first of a round is about the worker that has the session.
  void change(bool first) {
    const auto name = first ? 'A' : static_cast<char>('A' + dice_() % Tomcats::count);
    switch (dice_() % 5) {
      case 0: stop(name); break;
      case 1: disable(name); break;
      case 2: reload(); break;
      default: dead_.empty() || dead_.size() + stopped_.size() < 3 ? kill(name) : revive();
    }
    if (dice_() % 2 == 0) await_choices(1);
  }

  void clear() {
    while (!dead_.empty()) revive();
    for (const char name : stopped_) runtime(name).activation = Activation::active;
    stopped_.clear();
    await_choices(2);
  }

 private:
  WorkerRuntime& runtime(char name) const {
    for (const auto& worker : world_.farm.snapshot->workers)
      if (worker->settings.name.front() == name) return *worker->runtime;
    throw std::logic_error{"no such worker"};
  }
  static bool holds(const std::string& names, char name) {
    return names.find(name) != std::string::npos;
  }

  void kill(char name) {
    if (holds(dead_, name)) return;
    dead_ += name;
    world_.tomcats.kill(name);
    if (dice_() % 2 == 0) await_choices(1);  // the requests are the first to find out
    auto& worker = runtime(name);
    worker.last_refusal.raise(world_.now());
    consult(worker);
    worker.publish(WorkerState::error, world_.now());
  }

  // No Tomcat is back before everybody who was refused has chosen again.
  void revive() {
    await_choices(2);
    const char name = dead_.front();
    dead_.erase(0, 1);
    world_.tomcats.start(name);
    runtime(name).publish(WorkerState::ok, world_.now());
  }

  // Or active again, if one is stopped.
  void stop(char name) {
    if (!stopped_.empty()) {
      runtime(stopped_.front()).activation = Activation::active;
      stopped_.erase(0, 1);
      return;
    }
    stopped_ += name;
    consult(runtime(name));
    runtime(name).activation = Activation::stopped;
  }

  void disable(char name) {
    if (holds(stopped_, name)) return;
    auto& activation = runtime(name).activation;
    activation = activation == Activation::active ? Activation::disabled : Activation::active;
  }

  // The members in another order, another weight.
  void reload() {
    auto& settings = world_.farm.settings;
    auto& members = settings.balancers.front().workers;
    std::shuffle(members.begin(), members.end(), dice_);
    settings.workers.front().factor = static_cast<int>(1 + dice_() % 3);
    world_.reload();
  }

  void consult(WorkerRuntime& worker) const {
    worker.consult_until.raise(world_.now() + std::chrono::hours{24});
  }

  // Until each thread has chosen so often.
  void await_choices(int count) const {
    for (auto& desk : world_.desks) {
      const int enough = desk.choices + count;
      while (desk.choices < enough) std::this_thread::yield();
    }
  }

  World& world_;
  std::string dead_;
  std::string stopped_;
  std::mt19937 dice_{7};
};

TEST(TakeoverWeather, NeverIsASessionAtTwoWorkersAtOnce) {
  World world;
  Weather weather{world};
  std::barrier start{threads + 1};
  std::atomic<int> round{0};
  std::atomic<bool> over{false};
  const auto tabs = [&](std::size_t thread) {
    for (int played = 0; played < rounds; ++played) {
      start.arrive_and_wait();
      const auto stem = "S" + std::to_string(round.load());
      char newest = 'A';
      for (int click = 0; !over; ++click) {
        const char cookie = (static_cast<std::size_t>(click) + thread) % 3 == 0 ? 'A' : newest;
        const char answered = Exchange{world, thread, stem + "." + cookie}.serve();
        if (answered != '-') newest = answered;
      }
      start.arrive_and_wait();
    }
  };
  std::vector<std::jthread> running;
  for (std::size_t i = 0; i < threads; ++i) running.emplace_back(tabs, i);
  for (; round < rounds; ++round) {
    world.tomcats.forget();
    over = false;
    start.arrive_and_wait();
    for (int event = 0; event < events; ++event) weather.change(event == 0);
    weather.clear();
    over = true;
    start.arrive_and_wait();
  }
  running.clear();
  EXPECT_EQ(world.tomcats.faults(), "");
  EXPECT_EQ(world.forgotten, 0);
  EXPECT_EQ(world.too_late, 0);
  EXPECT_GT(world.tomcats.served(), rounds * events);
}

}  // namespace
}  // namespace jkproxy::routing

#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "routing/choose_worker.hpp"
#include "tests/fakes/manual_clock.hpp"

namespace jkproxy::routing {

// A farm of workers named A, B, C, ... with routes of the same names, one router, and a clock.
class Farm {
 public:
  explicit Farm(int workers) {
    config::BalancerSettings balancer;
    for (int i = 0; i < workers; ++i) {
      const std::string name(1, static_cast<char>('A' + i));
      settings.workers.push_back({.name = name,
                                  .address = {.host = "127.0.0.1",
                                              .port = static_cast<std::uint16_t>(8000 + i),
                                              .unix_path = {}},
                                  .url = {},
                                  .route = name,
                                  .domain = {},
                                  .redirect = {}});
      balancer.workers.push_back(name);
    }
    settings.balancers.push_back(balancer);
    build();
  }

  void build() { snapshot = build_snapshot(settings, snapshot.get()); }

  const Balancer& balancer() const { return snapshot->balancers.front(); }
  WorkerRuntime& operator[](char name) const {
    return *balancer().members[static_cast<std::size_t>(name - 'A')].worker->runtime;
  }

  // As the health monitor does it: consult_until goes first.
  void set(char name, WorkerState state) {
    clock.turn(milliseconds{1});
    auto& worker = (*this)[name];
    if (state == WorkerState::error)
      worker.consult_until.raise(clock.now() + settings.balancers.front().takeover.remember);
    worker.publish(state, clock.now());
  }
  // Its process ends: a connect is refused, and so it is in error.
  void kill(char name) {
    clock.turn(milliseconds{1});
    (*this)[name].last_refusal.raise(clock.now());
    set(name, WorkerState::error);
  }
  // It hangs: found by checks that time out, no connect is refused.
  void freeze(char name) { set(name, WorkerState::error); }
  void restart(char name) { set(name, WorkerState::ok); }
  void stop(char name) { (*this)[name].activation.store(Activation::stopped); }

  Request request(const std::string& session_id, std::uint32_t waiter = 1) const {
    Request request;
    request.balancer = &balancer();
    request.session_id = kept(session_id);
    request.waiter = {.thread = 0, .slot = waiter, .generation = 1};
    return request;
  }
  Decision choose(const Request& request) {
    return router.choose_worker(request, clock.now(), offset);
  }
  Decision choose(const std::string& session_id, std::uint32_t waiter = 1) {
    return choose(request(session_id, waiter));
  }
  bool has_left(const Request& request, const Decision& decision) const {
    return router.has_left(request, decision, clock.now(), clock.now());
  }
  bool holds(const Request& request, const Decision& decision) const {
    return Router::still_holds(request, decision, clock.now());
  }

  // The whole course of a request that displaces or follows: chosen, sent, answered with the
  // session's Set-Cookie. Returns the worker's name, '-' when it may not go.
  char serve(const std::string& session_id, std::uint32_t waiter = 1) {
    auto sent = request(session_id, waiter);
    auto decision = choose(sent);
    sent.quiet = decision.verdict == Decision::Verdict::leave;
    if (sent.quiet) decision = choose(sent);
    if (decision.verdict != Decision::Verdict::go) return '-';
    dispatch(decision);
    answer(sent, decision, Leave::settled);
    if (decision.in_table)
      table.confirm(decision.key, balancer().members[decision.member].worker->id(),
                    balancer().settings.takeover.remember, clock.now());
    return name_of(decision);
  }
  void dispatch(const Decision& decision) {
    if (decision.in_table) table.dispatched(decision.key, decision.generation, clock.now());
  }
  std::vector<WaiterRef> answer(const Request& sent, const Decision& decision, Leave how) {
    clock.turn(milliseconds{1});
    balancer().members[decision.member].worker->runtime->last_byte.raise(clock.now());
    return table.leave(decision.key, sent.waiter, how, clock.now());
  }
  // A connect was refused in this request.
  static void refuse(Request& request, const Decision& decision) {
    request.tried |= std::uint64_t{1} << decision.member;
    request.refused |= std::uint64_t{1} << decision.member;
    request.refused_generation = decision.generation;
  }
  static char name_of(const Decision& decision) {
    return static_cast<char>('A' + static_cast<int>(decision.member));
  }

  // The best of `routes` for this stem.
  static char ranked_first(const std::string& stem, const std::string& routes) {
    char best = routes.front();
    for (const char route : routes)
      if (rank(stem, std::string(1, route)) > rank(stem, std::string(1, best))) best = route;
    return best;
  }

  config::Settings settings;
  std::shared_ptr<const Snapshot> snapshot;
  fakes::ManualClock clock;
  TakeoverTable table{TakeoverTable::Limits{}};
  Router router{table, TakeoverSecret{1, 2, 3}};
  std::size_t offset = 0;

 private:
  // A request has a view of its id only, whose bytes live as long as the farm.
  std::string_view kept(const std::string& session_id) const {
    const std::lock_guard lock{ids_mutex_};
    return *ids_.insert(session_id).first;
  }

  mutable std::mutex ids_mutex_;
  mutable std::set<std::string> ids_;
};

}  // namespace jkproxy::routing

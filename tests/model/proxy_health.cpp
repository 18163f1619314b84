#include "tests/model/proxy_health.hpp"

#include <utility>

#include "routing/lb_method.hpp"
#include "tests/model/world.hpp"

namespace jkproxy::model {

using health::CheckResult;
using routing::milliseconds;

namespace {

constexpr milliseconds tick_interval{200};
constexpr milliseconds least_slack{250};
constexpr milliseconds keeps_idle_connections{19'000};  // Tomcat's 20 s, announced; 1 s of margin

health::HealthPolicy policy_of(const config::BalancerSettings& settings) {
  health::HealthPolicy policy;
  policy.recover_time = settings.recover_time;
  policy.attempt_limit = settings.connect_timeout + settings.response_timeout;
  if (!settings.health_check) return policy;
  policy.checked = true;
  policy.fall = settings.health_check->fall;
  policy.rise = settings.health_check->rise;
  return policy;
}

}  // namespace

ProxyHealth::ProxyHealth(World& world, int index, Process& os, const routing::Snapshot& snapshot,
                         BreakOff break_off)
    : world_{world},
      index_{index},
      os_{os},
      snapshot_{snapshot},
      settings_{snapshot.balancers.front().settings},
      break_off_{std::move(break_off)},
      checked_{settings_.health_check.has_value()} {
  for (const auto& worker : snapshot.workers)
    watched_.push_back(
        {.runtime = worker->runtime.get(), .verdict = health::WorkerHealth{policy_of(settings_)}});
}

void ProxyHealth::start() {
  if (!checked_) return tick();
  for (int node = 0; node < static_cast<int>(watched_.size()); ++node) check(node);
}

void ProxyHealth::tick() {
  for (int node = 0; node < static_cast<int>(watched_.size()); ++node)
    if (const auto transition = of(node).verdict.on_tick(seen(of(node)))) apply(node, *transition);
  if (!world_.over()) world_.time.in(tick_interval, os_, [this] { tick(); });
}

health::Seen ProxyHealth::seen(const Watched& watched) const {
  return {.state = watched.runtime->state.load(),
          .answered = watched.runtime->answered.load(),
          .now = world_.time.now()};
}

void ProxyHealth::record(int node, const routing::Attempt& attempt, std::uint64_t client) {
  world_.time.in(Duration{30}, os_, [this, node, attempt, client] {
    auto& watched = of(node);
    if (const auto transition = watched.verdict.on_attempt(seen(watched), attempt, client))
      apply(node, *transition);
  });
}

void ProxyHealth::apply(int node, const health::Transition& transition) {
  auto& runtime = *of(node).runtime;
  const auto now = world_.time.now();
  // Who sees the error must find the table to be asked already.
  if (transition.to == routing::WorkerState::error)
    runtime.consult_until.raise(now + settings_.takeover.remember);
  if (transition.to == routing::WorkerState::ok)
    routing::raise_to_highest(snapshot_, *snapshot_.workers[static_cast<std::size_t>(node)]);
  runtime.publish(transition.to, now, transition.still);
  world_.invariants.on_state(index_, node, transition, of(node).begin);
  if (transition.to == routing::WorkerState::error && transition.silent) break_off_(node);
}

void ProxyHealth::set_activation(int node, routing::Activation activation) {
  auto& runtime = *of(node).runtime;
  if (activation == routing::Activation::stopped)
    runtime.consult_until.raise(world_.time.now() + settings_.takeover.remember);
  runtime.activation.store(activation);
}

bool ProxyHealth::is_open(int node, std::uint32_t process) const {
  return world_.tomcats[static_cast<std::size_t>(node)].is(process);
}

// True, once, when the process is seen to have ended.
bool ProxyHealth::process_ended(int node, Watched& watched) {
  const bool stalled = watched.unanswered && !is_open(node, *watched.unanswered);
  if (stalled) watched.unanswered.reset();
  const bool idle = watched.witness && !is_open(node, *watched.witness);
  if (idle) watched.witness.reset();
  return stalled || (idle && world_.time.now() < watched.closes_at);
}

void ProxyHealth::check(int node) {
  auto& watched = of(node);
  watched.resting = false;
  if (process_ended(node, watched)) return report(node, CheckResult::ended);
  attempt(node);
}

void ProxyHealth::attempt(int node) {
  auto& watched = of(node);
  watched.begin = world_.time.now();
  watched.on_kept = watched.witness.has_value();
  watched.sent = watched.on_kept;
  const auto ticket = ++watched.ticket;
  world_.time.in(settings_.health_check->timeout, os_,
                 [this, node, ticket] { time_out(node, ticket); });
  world_.time.in(world_.hop(), [this, node, ticket] { ask(node, ticket); });
}

// At the worker's kernel.
void ProxyHealth::ask(int node, std::uint32_t ticket) {
  auto& watched = of(node);
  if (watched.ticket != ticket) return;
  auto& tomcat = world_.tomcats[static_cast<std::size_t>(node)];
  const auto refused = [this, node, ticket] {
    if (of(node).ticket == ticket) report(node, CheckResult::refused);
  };
  if (!watched.on_kept) {
    switch (tomcat.connect()) {
      case Tomcat::Connect::refused: world_.time.in(world_.hop(), os_, refused); return;
      case Tomcat::Connect::silence: return;
      case Tomcat::Connect::accepted: break;
    }
    watched.witness = tomcat.process_number();
    watched.sent = true;
  } else if (!tomcat.is(*watched.witness) || tomcat.life() == Tomcat::Life::stopping) {
    world_.time.in(world_.hop(), os_, [this, node, ticket] {
      if (of(node).ticket == ticket) broken(node);
    });
    return;
  }
  if (tomcat.life() == Tomcat::Life::stopping) return;  // new connections stay silent
  world_.time.in(Duration{100}, tomcat.os(), [this, node, ticket] {
    const auto& asked = of(node);
    if (asked.ticket != ticket || !asked.witness || !is_open(node, *asked.witness)) return;
    world_.time.in(world_.hop(), os_, [this, node, ticket] { answer(node, ticket); });
  });
}

void ProxyHealth::answer(int node, std::uint32_t ticket) {
  auto& watched = of(node);
  if (watched.ticket != ticket) return;
  watched.closes_at = world_.time.now() + keeps_idle_connections;
  report(node, CheckResult::good, true);
}

void ProxyHealth::time_out(int node, std::uint32_t ticket) {
  auto& watched = of(node);
  if (watched.ticket != ticket || watched.resting) return;
  const auto timeout = settings_.health_check->timeout;
  const auto slack = std::max(least_slack, timeout / 2);
  const bool paused = world_.time.now() - watched.begin > timeout + slack;
  const bool was_kept = watched.on_kept && world_.time.now() < watched.closes_at;
  if (was_kept && watched.witness && !is_open(node, *watched.witness)) {
    watched.witness.reset();
    return report(node, CheckResult::ended);
  }
  if (watched.sent && watched.witness && !watched.unanswered) watched.unanswered = watched.witness;
  watched.witness.reset();
  const auto got_through =
      std::max(watched.runtime->last_accept.load(), watched.runtime->last_byte.load());
  const bool others_got_through = !watched.sent && got_through >= watched.begin;
  report(node, paused || others_got_through ? CheckResult::no_evidence : CheckResult::silent);
}

// The connection of the check that is under way ended without an answer.
void ProxyHealth::broken(int node) {
  auto& watched = of(node);
  watched.witness.reset();
  if (!watched.on_kept) return report(node, CheckResult::bad);
  if (world_.time.now() < watched.closes_at) return report(node, CheckResult::ended);
  attempt(node);
}

void ProxyHealth::lose_process(int node, std::uint32_t process) {
  auto& watched = of(node);
  if (watched.resting && watched.unanswered == process) return check(node);
  if (watched.unanswered == process) {
    watched.unanswered.reset();
    return report(node, CheckResult::ended);
  }
  if (watched.witness != process) return;
  if (watched.resting) return check(node);
  broken(node);
}

void ProxyHealth::report(int node, CheckResult result, bool gave_bytes) {
  auto& watched = of(node);
  auto& runtime = *watched.runtime;
  ++watched.ticket;
  const auto now = seen(watched);
  if (gave_bytes) runtime.last_byte.raise(now.now);
  if (result == CheckResult::refused || result == CheckResult::ended)
    runtime.last_refusal.raise(now.now);
  if (!gave_bytes) watched.witness.reset();
  if (const auto transition = watched.verdict.on_check(now, result)) apply(node, *transition);
  const bool lives = result == CheckResult::good || result == CheckResult::no_evidence;
  for (const auto& done : std::exchange(watched.askers, {})) done(lives);
  if (result == CheckResult::ended) return check(node);
  rest(node);
}

void ProxyHealth::rest(int node) {
  auto& watched = of(node);
  watched.resting = true;
  if (world_.over()) return;
  const auto ticket = ++watched.ticket;
  world_.time.in(settings_.health_check->interval, os_, [this, node, ticket] {
    if (of(node).ticket == ticket) check(node);
  });
}

void ProxyHealth::check_now(int node, std::function<void(bool lives)> done) {
  auto& watched = of(node);
  watched.askers.push_back(std::move(done));
  if (watched.resting) check(node);
}

}  // namespace jkproxy::model

#include "health/worker_health.hpp"

#include <algorithm>

namespace jkproxy::health {

using routing::Effect;
using routing::Outcome;

namespace {

bool in_service(WorkerState state) {
  return state == WorkerState::ok || state == WorkerState::busy;
}

std::string_view cause_of(CheckResult result) {
  switch (result) {
    case CheckResult::silent: return "health checks timed out";
    case CheckResult::refused: return "health check: no connection";
    case CheckResult::ended: return "its process ended";
    case CheckResult::good:
    case CheckResult::bad:
    case CheckResult::no_evidence: break;
  }
  return "health checks failed";
}

}  // namespace

Transition WorkerHealth::fail(TimePoint now, std::string_view cause, bool silent) {
  error_at_ = now;
  suspects_.clear();
  probe_seen_at_.reset();
  good_checks_ = 0;
  return {.to = WorkerState::error, .cause = cause, .silent = silent};
}

Transition WorkerHealth::succeed(std::string_view cause) {
  suspects_.clear();
  probe_seen_at_.reset();
  bad_checks_ = 0;
  return {.to = WorkerState::ok, .cause = cause};
}

std::optional<Transition> WorkerHealth::on_attempt(const Seen& seen,
                                                   const routing::Attempt& attempt,
                                                   std::uint64_t client) {
  switch (routing::effect_on_worker(attempt)) {
    case Effect::alive: return on_answer(seen, attempt.reused);
    case Effect::dead:
      if (seen.state == WorkerState::error) return std::nullopt;
      return fail(seen.now, "connection refused");
    case Effect::suspicious: return on_suspicion(seen, client);
    case Effect::none: break;
  }
  if (seen.state != WorkerState::probe) return std::nullopt;
  return on_probe_without_effect(attempt, seen.now);
}

// A Tomcat that stops still answers what is under way, and that brings nobody back: in error only
// an answer counts whose attempt cannot be older than the error.
std::optional<Transition> WorkerHealth::on_answer(const Seen& seen, bool reused) {
  suspects_.clear();
  if (in_service(seen.state)) return std::nullopt;
  if (seen.state == WorkerState::probe) return succeed("the probe was answered");
  if (reused && seen.now - error_at_ < policy_.attempt_limit) return std::nullopt;
  return succeed("a request was answered");
}

std::optional<Transition> WorkerHealth::on_suspicion(const Seen& seen, std::uint64_t client) {
  if (seen.state == WorkerState::probe) return fail(seen.now, "the probe failed");
  if (!in_service(seen.state)) return std::nullopt;
  if (seen.answered != answered_) suspects_.clear();
  answered_ = seen.answered;
  if (std::find(suspects_.begin(), suspects_.end(), client) == suspects_.end())
    suspects_.push_back(client);
  if (suspects_.size() < static_cast<std::size_t>(policy_.fall)) return std::nullopt;
  return fail(seen.now, "connections of different clients broke, one after the other");
}

std::optional<Transition> WorkerHealth::on_probe_without_effect(const routing::Attempt& attempt,
                                                                TimePoint now) {
  const bool at_fault = attempt.outcome == Outcome::timed_out && !attempt.local_fault;
  if (at_fault) {
    auto transition = fail(now, "the probe was not answered in time");
    transition.still = true;
    return transition;
  }
  probe_seen_at_.reset();
  return Transition{.to = WorkerState::recover, .cause = "the probe told nothing"};
}

std::optional<Transition> WorkerHealth::on_check(const Seen& seen, CheckResult result) {
  if (result == CheckResult::no_evidence) return std::nullopt;
  if (result != CheckResult::good) return on_bad_check(seen, result);
  bad_checks_ = 0;
  ++good_checks_;
  if (in_service(seen.state) || good_checks_ < policy_.rise) return std::nullopt;
  return succeed("health checks passed");
}

std::optional<Transition> WorkerHealth::on_bad_check(const Seen& seen, CheckResult result) {
  good_checks_ = 0;
  ++bad_checks_;
  if (seen.state == WorkerState::error) return std::nullopt;
  const bool gone = result == CheckResult::refused || result == CheckResult::ended;
  const bool enough = gone || bad_checks_ >= policy_.fall;
  if (!enough) return std::nullopt;
  return fail(seen.now, cause_of(result), result == CheckResult::silent);
}

std::optional<Transition> WorkerHealth::on_tick(const Seen& seen) {
  if (seen.state != WorkerState::probe) probe_seen_at_.reset();
  if (seen.state == WorkerState::error) {
    if (policy_.checked || seen.now - error_at_ < policy_.recover_time) return std::nullopt;
    return Transition{.to = WorkerState::recover, .cause = "recover_time passed"};
  }
  if (seen.state != WorkerState::probe) return std::nullopt;
  if (!probe_seen_at_) probe_seen_at_ = seen.now;
  if (seen.now - *probe_seen_at_ < policy_.attempt_limit) return std::nullopt;
  probe_seen_at_.reset();
  return Transition{.to = WorkerState::recover, .cause = "the probe never ended"};
}

}  // namespace jkproxy::health

#include "routing/choose_worker.hpp"

#include "routing/lb_method.hpp"
#include "routing/takeover_candidates.hpp"

namespace jkproxy::routing {

namespace {

WorkerRuntime& runtime_of(const Request& request, std::size_t member) {
  return *request.balancer->members[member].worker->runtime;
}

bool was_tried(const Request& request, std::size_t member) {
  return ((request.tried | request.refused) >> member & 1) != 0;
}

bool is_stopped(const WorkerRuntime& runtime) {
  return runtime.activation.load(std::memory_order_relaxed) == Activation::stopped;
}

// Only once the request goes: a probe is a claim.
void claim_if_recovering(const Request& request, Decision& decision) {
  if (decision.verdict != Decision::Verdict::go) return;
  auto& runtime = runtime_of(request, decision.member);
  if (runtime.in_service()) return;
  decision.reason = runtime.claim_probe() ? Reason::probe : Reason::forced_recovery;
}

Decision go_to(const Request& request, Decision decision, std::size_t member, Reason reason) {
  decision.verdict = Decision::Verdict::go;
  decision.member = member;
  decision.process = runtime_of(request, member).process();
  decision.reason = reason;
  claim_if_recovering(request, decision);
  return decision;
}

// What the table said, as a decision.
Decision settle(const Request& request, Decision decision, const Entered& entered,
                std::size_t member) {
  decision.in_table = true;
  decision.member = member;
  decision.generation = entered.generation;
  decision.process = entered.process;
  decision.retry_at = entered.retry_at;
  decision.called = entered.called;
  decision.first = entered.gate == Gate::first;
  decision.displaced_now = entered.moved;
  decision.may_hold_old_copy = entered.may_hold_old_copy;
  decision.reason = Reason::taken_over;
  if (decision.own == member) decision.reason = Reason::own_worker;
  if (entered.moved) decision.reason = decision.own ? Reason::displaced : Reason::unknown_route;
  switch (entered.gate) {
    case Gate::open: decision.verdict = Decision::Verdict::go; break;
    case Gate::first:
      decision.verdict = entered.leaves ? Decision::Verdict::leave : Decision::Verdict::go;
      break;
    case Gate::wait: decision.verdict = Decision::Verdict::wait; break;
    case Gate::full: decision.verdict = Decision::Verdict::unavailable; break;
  }
  claim_if_recovering(request, decision);
  return decision;
}

// Any worker will do: the session is new, or its id has no route.
Decision balance(const Request& request, Decision decision, std::size_t& offset) {
  const auto& members = request.balancer->members;
  auto excluded = request.tried | request.refused;
  while (const auto member = elect(*request.balancer, excluded, offset)) {
    const auto chosen = go_to(request, decision, *member, Reason::new_session);
    if (chosen.reason != Reason::forced_recovery) return chosen;
    excluded |= std::uint64_t{1} << *member;  // another request probes it
  }
  // Nobody is free: those who live first, then those in error.
  std::uint64_t living = 0;
  std::uint64_t others = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& runtime = *members[i].worker->runtime;
    const bool active = runtime.activation.load(std::memory_order_relaxed) == Activation::active;
    if (!active || was_tried(request, i)) continue;
    (runtime.in_service() ? living : others) |= std::uint64_t{1} << i;
  }
  const auto member = elect_among(*request.balancer, living != 0 ? living : others, offset);
  if (member) return go_to(request, decision, *member, Reason::new_session);
  return decision;
}

// The session does not move. Its own worker, though it is in error or stopped, if that may be
// tried.
Decision stay_with_own(const Request& request, const Decision& decision, bool may_be_tried) {
  if (!may_be_tried || !decision.own || was_tried(request, *decision.own)) return decision;
  return go_to(request, decision, *decision.own, Reason::own_worker);
}

// `force`: only the own worker, and in error only when all are.
bool may_be_forced(const Request& request, const Decision& decision) {
  return decision.own && !is_stopped(runtime_of(request, *decision.own)) &&
         all_in_error(*request.balancer);
}

}  // namespace

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::none: return "none";
    case Reason::new_session: return "new_session";
    case Reason::own_worker: return "own_worker";
    case Reason::taken_over: return "taken_over";
    case Reason::displaced: return "displaced";
    case Reason::unknown_route: return "unknown_route";
    case Reason::forced_recovery: return "forced_recovery";
    case Reason::probe: return "probe";
  }
  return "?";
}

std::string_view session_id_that_counts(const SessionIds& ids, const Balancer& balancer) {
  std::string_view with_stem;
  for (const auto id : ids) {
    if (stem_of(id).empty()) continue;
    if (with_stem.empty()) with_stem = id;
    const auto route = route_of(id);
    if (route && balancer.member_of_route(*route)) return id;
  }
  return with_stem;
}

Decision Router::choose_worker(const Request& request, TimePoint now, std::size_t& offset) const {
  Decision decision;
  const auto stem = stem_of(request.session_id);
  const auto route = route_of(request.session_id);
  decision.has_session = !stem.empty();
  if (request.on_fallback) return decision;  // no third worker
  if (stem.empty() || !route) return balance(request, decision, offset);

  decision.own = request.balancer->member_of_route(*route);
  if (decision.own && !was_tried(request, *decision.own)) {
    const auto& runtime = runtime_of(request, *decision.own);
    // The state first (acquire): who made the worker usable again raised consult_until before.
    const bool usable = runtime.in_service() && !is_stopped(runtime);
    if (usable && runtime.consult_until.load(std::memory_order_acquire) <= now)
      return go_to(request, decision, *decision.own, Reason::own_worker);
  }
  return choose_by_table(request, decision, stem, now);
}

// The route's worker cannot serve, or could not a while ago.
Decision Router::choose_by_table(const Request& request, Decision decision, std::string_view stem,
                                 TimePoint now) const {
  const auto& settings = request.balancer->settings;
  decision.key = takeover_key(secret_, settings.name, stem);
  decision.table = &table_;
  const TakeoverCandidates workers{request, decision.own, stem, now};
  const bool own_is_open = decision.own && !was_tried(request, *decision.own) &&
                           !is_stopped(runtime_of(request, *decision.own));
  const Entering entering{
      .key = decision.key,
      .route_worker = decision.own ? runtime_of(request, *decision.own).id : unknown_worker,
      .waiter = request.waiter,
      .own_is_open = own_is_open,
      .own_tried_at = request.own_tried_at,
      .quiet = request.quiet,
      .stays = request.stays,
      .wait = settings.takeover.wait,
      .remember = settings.takeover.remember,
      .now = now};

  if (own_is_open) {
    auto& runtime = runtime_of(request, *decision.own);
    const bool usable = runtime.in_service();
    const bool recovers = runtime.state.load(std::memory_order_acquire) == WorkerState::recover;
    if (usable || recovers)
      if (const auto entered = table_.look_up(entering, workers))
        return settle(request, decision, *entered, *workers.member_of(entered->to));
    if (usable) return go_to(request, decision, *decision.own, Reason::own_worker);
    if (recovers) {
      auto probing = go_to(request, decision, *decision.own, Reason::own_worker);
      if (probing.reason == Reason::probe) return probing;
    }
  }
  if (settings.sticky_session.force)
    return stay_with_own(request, decision, may_be_forced(request, decision));
  if (const auto entered = table_.enter(entering, workers))
    return settle(request, decision, *entered, *workers.member_of(entered->to));
  const auto kind = workers.last_kind();
  const bool does_not_move =
      kind == TakeoverWorkers::Kind::retries || kind == TakeoverWorkers::Kind::stays;
  if (does_not_move)  // its process may have ended meanwhile
    if (const auto entered = table_.look_up(entering, workers))
      return settle(request, decision, *entered, *workers.member_of(entered->to));
  return stay_with_own(request, decision, does_not_move);
}

bool Router::still_holds(const Request& request, const Decision& decision, TimePoint now) {
  if (decision.verdict != Decision::Verdict::go) return false;
  const auto& runtime = runtime_of(request, decision.member);
  const bool tries_anyway =
      decision.reason == Reason::forced_recovery || decision.reason == Reason::probe;
  if (!tries_anyway && !runtime.in_service()) return false;
  if (decision.has_session && runtime.process() != decision.process) return false;
  if (decision.in_table) return decision.table->holds(decision.key, decision.generation);
  if (!decision.own || *decision.own != decision.member) return true;
  if (runtime.consult_until.load(std::memory_order_acquire) <= now) return true;
  // Not asked yet: a second choice will ask.
  return decision.table != nullptr && !decision.table->applies(decision.key, runtime.id, now);
}

bool Router::has_left(const Request& request, const Decision& decision, TimePoint begun,
                      TimePoint now) const {
  const auto stem = stem_of(request.session_id);
  if (stem.empty() || !route_of(request.session_id)) return false;
  const auto& runtime = runtime_of(request, decision.member);
  if (runtime.consult_until.load(std::memory_order_acquire) <= now) return false;
  const auto key = takeover_key(secret_, request.balancer->settings.name, stem);
  const auto generation = decision.in_table ? decision.generation : 0;
  return table_.has_left(key, runtime.id, generation, begun, now);
}

}  // namespace jkproxy::routing

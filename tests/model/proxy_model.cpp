#include "tests/model/proxy_model.hpp"

#include <algorithm>

#include "routing/lb_method.hpp"
#include "tests/model/world.hpp"

namespace jkproxy::model {

using routing::Leave;
using routing::Next;
using routing::Outcome;
using Verdict = routing::Decision::Verdict;

namespace {

constexpr routing::milliseconds busy_step{20};

std::uint64_t bit(std::size_t member) {
  return std::uint64_t{1} << member;
}

}  // namespace

ProxyModel::ProxyModel(World& world, int index, const config::Settings& settings)
    : world_{world},
      index_{index},
      snapshot_{routing::build_snapshot(settings, nullptr)},
      table_{routing::TakeoverTable::Limits{
          .confirmed = 1000, .provisional = 1000, .waiters = 64, .shards = 1}},
      router_{table_, routing::TakeoverSecret{1, 2, 3}},
      health_{world, index, os_, *snapshot_, [this](int node) { break_off(node); }} {}

routing::WorkerRuntime& ProxyModel::runtime_of(const Exchange& exchange) const {
  return *balancer().members[exchange.decision.member].worker->runtime;
}

ProxyModel::Exchange* ProxyModel::find(RequestId id) const {
  const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                  [&](const auto* exchange) { return exchange->id == id; });
  return found == under_way_.end() ? nullptr : *found;
}

ProxyModel::Exchange* ProxyModel::find(RequestId id, std::uint32_t ticket) const {
  auto* exchange = find(id);
  return exchange != nullptr && exchange->ticket == ticket ? exchange : nullptr;
}

// Unless something else comes first.
void ProxyModel::step_later(Exchange& exchange, TimePoint when,
                            void (ProxyModel::*step)(Exchange&)) {
  world_.time.at(when, os_, [this, id = exchange.id, ticket = exchange.ticket, step] {
    if (auto* waiting = find(id, ticket)) (this->*step)(*waiting);
  });
}

void ProxyModel::receive(RequestId id) {
  const auto& request = world_.requests[id];
  auto& exchange = exchanges_.emplace_back();
  exchange.id = id;
  exchange.session_id = to_text(request.cookie);
  exchange.request.balancer = &balancer();
  exchange.request.session_id = exchange.session_id;
  exchange.request.waiter = {
      .thread = static_cast<std::uint32_t>(index_), .slot = id, .generation = 1};
  exchange.begin = world_.time.now();
  exchange.client_gone = request.client_left;
  under_way_.push_back(&exchange);
  choose(exchange);
}

void ProxyModel::choose(Exchange& exchange) {
  take_choice(exchange);
  const auto& request = exchange.request;
  switch (exchange.decision.verdict) {
    case Verdict::go: return attempt(exchange, false);
    case Verdict::wait: return wait_at_gate(exchange);
    case Verdict::leave: return wait_until_quiet(exchange);
    case Verdict::unavailable: break;
  }
  const bool broke = request.on_fallback || (request.tried & ~request.refused) != 0;
  refuse(exchange, broke ? 502 : 503);
}

void ProxyModel::take_choice(Exchange& exchange) {
  ++exchange.ticket;
  if (exchange.request.on_fallback && std::exchange(exchange.at_gate, false))
    leave_gate(exchange, exchange.decision.key, Leave::failed);
  const auto former = exchange.decision.key;
  exchange.decision = router_.choose_worker(exchange.request, world_.time.now(), offset_);
  if (exchange.decision.called) call(*exchange.decision.called);
  exchange.request.quiet = false;
  const bool at_gate = exchange.decision.first || exchange.decision.verdict == Verdict::wait;
  if (!at_gate && std::exchange(exchange.at_gate, false))
    leave_gate(exchange, former, Leave::failed);
  exchange.at_gate = at_gate;
  world_.invariants.on_choice(exchange.id, exchange.decision);
}

void ProxyModel::leave_gate(Exchange& exchange, const routing::TakeoverKey& key, Leave how) {
  for (const auto& waiter : table_.leave(key, exchange.request.waiter, how, world_.time.now()))
    call(waiter);
}

void ProxyModel::call(const routing::WaiterRef& waiter) {
  world_.time.in(Duration{20}, os_, [this, id = waiter.slot] { wake(id); });
}

void ProxyModel::wake(RequestId id) {
  auto* exchange = find(id);
  if (exchange != nullptr && exchange->phase == Phase::at_gate) choose(*exchange);
}

void ProxyModel::wait_at_gate(Exchange& exchange) {
  exchange.phase = Phase::at_gate;
  const bool too_long = world_.time.now() - exchange.begin > settings().response_timeout;
  if (too_long || exchange.client_gone) return refuse(exchange, 503);
  step_later(exchange, exchange.decision.retry_at, &ProxyModel::choose);
}

void ProxyModel::wait_until_quiet(Exchange& exchange) {
  exchange.phase = Phase::until_quiet;
  exchange.quiet_deadline = world_.time.now() + settings().takeover.wait;
  exchange.quiet_since.reset();
  look_whether_quiet(exchange);
}

void ProxyModel::look_whether_quiet(Exchange& exchange) {
  const auto now = world_.time.now();
  if (exchange.client_gone || now >= exchange.quiet_deadline)
    return end_quiet_wait(exchange, false);
  const auto others = under_way(node_of(exchange), world_.requests[exchange.id].cookie.stem);
  if (others > 0) {
    exchange.quiet_since.reset();
  } else if (!exchange.quiet_since) {
    exchange.quiet_since = now;
  } else if (now - *exchange.quiet_since >= routing::quiet_time) {
    return end_quiet_wait(exchange, true);
  }
  const auto again =
      exchange.quiet_since ? *exchange.quiet_since + routing::quiet_time : now + busy_step;
  step_later(exchange, again, &ProxyModel::look_whether_quiet);
}

void ProxyModel::end_quiet_wait(Exchange& exchange, bool quiet) {
  auto& request = exchange.request;
  request.quiet = quiet;
  request.stays = !quiet;
  const bool has_tried = ((request.tried | request.refused) & bit(exchange.decision.member)) != 0;
  if (request.stays && (exchange.client_gone || has_tried)) return refuse(exchange, 502);
  choose(exchange);
}

void ProxyModel::judge(Exchange& exchange, const routing::Attempt& ended) {
  const bool idempotent = is_idempotent(world_.requests[exchange.id].kind);
  const routing::Repeatability request{
      .idempotent = idempotent,
      .replayable = true,
      .on_fallback = exchange.request.on_fallback,
      .breaks_on_fresh = exchange.breaks_on_fresh,
      .reconnects = exchange.reconnects,
      .balanced = exchange.decision.reason == routing::Reason::new_session};
  if (ended.outcome == Outcome::broken && !ended.reused) ++exchange.breaks_on_fresh;
  if (ended.connect_timed_out) exchange.reconnects = true;
  switch (routing::next_step(ended, request)) {
    case Next::finish: return finish(exchange);
    case Next::same_worker: return attempt(exchange, true);
    case Next::check_worker: return ask_whether_it_lives(exchange);
    case Next::fallback:
      exclude_worker(exchange, ended.outcome == Outcome::refused);
      return choose(exchange);
    case Next::bad_gateway: return refuse(exchange, 502);
    case Next::unavailable: return refuse(exchange, 503);
    case Next::gateway_timeout: return refuse(exchange, 504);
  }
}

void ProxyModel::exclude_worker(Exchange& exchange, bool refused) {
  auto& request = exchange.request;
  exchange.breaks_on_fresh = 0;
  exchange.reconnects = false;
  request.tried |= bit(exchange.decision.member);
  if (exchange.decision.own == exchange.decision.member) request.own_tried_at = world_.time.now();
  if (!refused) return;
  request.refused |= bit(exchange.decision.member);
  request.refused_generation = exchange.decision.generation;
}

void ProxyModel::ask_whether_it_lives(Exchange& exchange) {
  exchange.phase = Phase::being_checked;
  ++exchange.ticket;
  auto patience = settings().connect_timeout;
  if (settings().health_check) patience += settings().health_check->timeout;
  world_.time.at(world_.time.now() + patience, os_,
                 [this, id = exchange.id, ticket = exchange.ticket] {
                   if (auto* asking = find(id, ticket)) end_check(*asking, true);
                 });
  if (!health_.is_checked()) return connect_to_check(exchange);
  health_.check_now(node_of(exchange),
                    [this, id = exchange.id, ticket = exchange.ticket](bool lives) {
                      if (auto* asking = find(id, ticket)) end_check(*asking, lives);
                    });
}

void ProxyModel::connect_to_check(Exchange& exchange) {
  const auto node = static_cast<std::size_t>(node_of(exchange));
  world_.time.in(world_.hop(), os_, [this, id = exchange.id, ticket = exchange.ticket, node] {
    auto* asking = find(id, ticket);
    const auto answer = world_.tomcats[node].connect();
    if (asking == nullptr || answer == Tomcat::Connect::silence) return;
    const bool lives = answer == Tomcat::Connect::accepted;
    if (!lives) {
      runtime_of(*asking).last_refusal.raise(world_.time.now());
      health_.record(node_of(*asking), {.outcome = Outcome::refused, .sent_nothing = true}, 0);
    }
    end_check(*asking, lives);
  });
}

void ProxyModel::end_check(Exchange& exchange, bool lives) {
  exclude_worker(exchange, !lives);
  choose(exchange);
}

void ProxyModel::refuse(Exchange& exchange, int status) {
  if (!exchange.client_gone)
    world_.browsers[static_cast<std::size_t>(world_.requests[exchange.id].jar)].send_error(
        exchange.id, status);
  finish(exchange);
}

void ProxyModel::finish(Exchange& exchange) {
  if (std::exchange(exchange.at_gate, false))
    leave_gate(exchange, exchange.decision.key, Leave::failed);
  exchange.phase = Phase::over;
  ++exchange.ticket;
  under_way_.erase(std::find(under_way_.begin(), under_way_.end(), &exchange));
}

void ProxyModel::pause() {
  if (os_.stopped) return;
  os_.stopped = true;
  paused_at_ = world_.time.now();
}

void ProxyModel::resume() {
  if (!os_.stopped) return;
  resumed_at_ = world_.time.now();
  paused_for_ += std::chrono::duration_cast<Duration>(resumed_at_ - paused_at_);
  world_.time.resume(os_);
}

}  // namespace jkproxy::model

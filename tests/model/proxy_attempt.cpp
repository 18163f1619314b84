// The second half of ProxyModel: one attempt at one worker.

#include <algorithm>

#include "routing/lb_method.hpp"
#include "routing/session_verdict.hpp"
#include "tests/model/proxy_model.hpp"
#include "tests/model/world.hpp"

namespace jkproxy::model {

using routing::Attempt;
using routing::Outcome;

namespace {

// After a pause what came meanwhile is read before any deadline counts.
constexpr Duration reads_first{60'000};

}  // namespace

void ProxyModel::attempt(Exchange& exchange, bool fresh_connection) {
  routing::count_request(balancer().members[exchange.decision.member]);
  exchange.phase = Phase::connecting;
  ++exchange.ticket;
  exchange.attempt_begin = world_.time.now();
  exchange.process = 0;
  exchange.reused = !fresh_connection && lease(exchange);
  if (exchange.reused) return connected(exchange);
  connect(exchange);
}

// An unsafe request asks the kernel whether the connection still lives.
bool ProxyModel::lease(Exchange& exchange) {
  const bool for_sure = !is_idempotent(world_.requests[exchange.id].kind);
  const auto node = node_of(exchange);
  const auto& tomcat = world_.tomcats[static_cast<std::size_t>(node)];
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i].node != node) continue;
    const auto idle = idle_[i];
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    if (world_.time.now() - idle.since > settings().idle_timeout) continue;
    const bool ended =
        !tomcat.is(idle.process) && world_.time.now() - tomcat.ended() > Duration{600};
    if (for_sure && ended) continue;
    exchange.process = idle.process;
    return true;
  }
  return false;
}

void ProxyModel::connect(Exchange& exchange) {
  if (out_of_sockets_) return end_connect(exchange, false, true);
  // A SYN that got no answer is sent again (RFC 6298).
  for (const auto later : {Duration{0}, Duration{1'000'000}})
    world_.time.in(later + world_.hop(), [this, id = exchange.id, ticket = exchange.ticket] {
      auto* connecting = find(id, ticket);
      if (connecting != nullptr && connecting->process == 0) reach_kernel(*connecting);
    });
  world_.time.at(world_.time.now() + settings().connect_timeout, os_,
                 [this, id = exchange.id, ticket = exchange.ticket] {
                   if (auto* connecting = find(id, ticket)) end_connect(*connecting, true, false);
                 });
}

// The SYN is at the worker.
void ProxyModel::reach_kernel(Exchange& exchange) {
  auto& tomcat = world_.tomcats[static_cast<std::size_t>(node_of(exchange))];
  const auto answer = tomcat.connect();
  if (answer == Tomcat::Connect::silence) return;
  exchange.process = tomcat.process_number();
  const bool refused = answer == Tomcat::Connect::refused;
  world_.time.in(world_.hop(), os_, [this, id = exchange.id, ticket = exchange.ticket, refused] {
    auto* connecting = find(id, ticket);
    if (connecting == nullptr) return;
    if (refused) return end_connect(*connecting, false, false);
    runtime_of(*connecting).last_accept.raise(world_.time.now());
    connected(*connecting);
  });
}

// There is no connection, and nothing was sent.
void ProxyModel::end_connect(Exchange& exchange, bool timed_out, bool local_fault) {
  const auto& runtime = runtime_of(exchange);
  const auto got_through = std::max(runtime.last_accept.load(), runtime.last_byte.load());
  const Attempt ended{.outcome = Outcome::refused,
                      .sent_nothing = true,
                      .connect_timed_out = timed_out,
                      .others_got_through = got_through >= exchange.attempt_begin,
                      .local_fault = local_fault};
  if (routing::effect_on_worker(ended) == routing::Effect::dead)
    runtime_of(exchange).last_refusal.raise(world_.time.now());
  end_attempt(exchange, ended);
}

void ProxyModel::connected(Exchange& exchange) {
  if (routing::Router::still_holds(exchange.request, exchange.decision, world_.time.now()))
    return write_head(exchange);
  if (exchange.reused) idle_.push_back({node_of(exchange), exchange.process, world_.time.now()});
  choose(exchange);
}

void ProxyModel::write_head(Exchange& exchange) {
  const auto& decision = exchange.decision;
  exchange.phase = Phase::sent;
  exchange.written = world_.time.now();
  exchange.sent = decision;
  exchange.sent_begin = exchange.attempt_begin;
  ++exchange.ticket;
  if (decision.in_table) {
    table_.dispatched(decision.key, decision.generation, exchange.written);
    if (decision.own != decision.member) exchange.request.on_fallback = true;
  }
  const auto id = static_cast<VisitId>(world_.visits.size());
  auto& visit = world_.visits.emplace_back();
  visit.id = id;
  visit.request = exchange.id;
  visit.proxy = index_;
  visit.ticket = exchange.ticket;
  visit.node = node_of(exchange);
  visit.process = exchange.process;
  visit.kept_alive = exchange.reused;
  visit.first = decision.first;
  visit.warned = decision.may_hold_old_copy;
  world_.time.in(world_.hop(), [this, id] {
    world_.tomcats[static_cast<std::size_t>(world_.visits[id].node)].receive(id);
  });
  step_later(exchange, exchange.written + settings().response_timeout, &ProxyModel::pass_deadline);
  if (exchange.client_gone) notice_client_gone(exchange);
}

void ProxyModel::leave_client(RequestId id) {
  auto* exchange = find(id);
  if (exchange == nullptr) return;
  exchange->client_gone = true;
  if (exchange->phase == Phase::at_gate) return refuse(*exchange, 503);
  if (exchange->phase == Phase::until_quiet) return end_quiet_wait(*exchange, false);
  if (exchange->phase == Phase::sent) notice_client_gone(*exchange);
}

// A take-over that has begun goes on without its client.
void ProxyModel::notice_client_gone(Exchange& exchange) {
  if (!exchange.decision.first)
    return end_attempt(exchange, {.outcome = Outcome::client_gone, .reused = exchange.reused});
  step_later(exchange, exchange.written + settings().takeover.wait, &ProxyModel::pass_deadline);
}

void ProxyModel::pass_deadline(Exchange& exchange) {
  if (resumed_at_ != TimePoint{} && world_.time.now() - resumed_at_ < reads_first)
    return step_later(exchange, resumed_at_ + reads_first, &ProxyModel::pass_deadline);
  const auto outcome = exchange.client_gone ? Outcome::client_gone : Outcome::timed_out;
  end_attempt(exchange, {.outcome = outcome, .reused = exchange.reused});
}

void ProxyModel::send_answer(VisitId id) {
  world_.time.in(world_.hop(), os_, [this, id] {
    const auto& visit = world_.visits[id];
    if (auto* exchange = find(visit.request, visit.ticket)) read_head(*exchange, visit);
  });
}

void ProxyModel::lose_connection(RequestId id, std::uint32_t ticket) {
  world_.time.in(world_.end_of_connection(), os_, [this, id, ticket] {
    if (auto* exchange = find(id, ticket))
      end_attempt(*exchange, {.outcome = Outcome::broken, .reused = exchange->reused});
  });
}

void ProxyModel::lose_process(int node, std::uint32_t process) {
  world_.time.in(world_.end_of_connection(), os_, [this, node, process] {
    std::erase_if(idle_,
                  [&](const Idle& idle) { return idle.node == node && idle.process == process; });
    const auto all = under_way_;
    for (auto* exchange : all)
      if (exchange->phase == Phase::sent && node_of(*exchange) == node &&
          exchange->process == process)
        end_attempt(*exchange, {.outcome = Outcome::broken, .reused = exchange->reused});
    health_.lose_process(node, process);
  });
}

void ProxyModel::read_head(Exchange& exchange, const Visit& visit) {
  auto& runtime = runtime_of(exchange);
  const auto now = world_.time.now();
  runtime.last_byte.raise(now);
  const bool left =
      router_.has_left(exchange.request, exchange.decision, exchange.attempt_begin, now);
  if (left)
    return end_attempt(
        exchange, {.outcome = Outcome::broken, .reused = exchange.reused, .session_left = true});
  runtime.answered.fetch_add(1);
  const Attempt answered{.outcome = Outcome::answered, .reused = exchange.reused};
  const auto& request = world_.requests[exchange.id];
  if (!runtime.in_service())
    health_.record(node_of(exchange), answered, static_cast<std::uint64_t>(request.jar));
  learn_from_answer(exchange, visit.answer);
  if (!exchange.client_gone) {
    world_.browsers[static_cast<std::size_t>(request.jar)].send_answer(exchange.id, visit);
    idle_.push_back({visit.node, visit.process, now});
  }
  judge(exchange, answered);
}

bool ProxyModel::has_left(RequestId id, int node) const {
  const auto sent = std::find_if(exchanges_.begin(), exchanges_.end(),
                                 [&](const Exchange& exchange) { return exchange.id == id; });
  if (sent == exchanges_.end()) return false;  // in a test without it
  return static_cast<int>(sent->sent.member) != node ||
         router_.has_left(sent->request, sent->sent, sent->sent_begin, world_.time.now());
}

void ProxyModel::learn_from_answer(Exchange& exchange, const Answer& answer) {
  const auto& decision = exchange.decision;
  const auto set_cookie = to_text(answer.set_cookie);
  const auto judgement = routing::judge_answer(
      exchange.request, decision, {.session_id = set_cookie, .static_file = answer.static_file});
  if (judgement.confirms)
    table_.confirm(decision.key, runtime_of(exchange).id, settings().takeover.remember,
                   world_.time.now());
  if (std::exchange(exchange.at_gate, false)) leave_gate(exchange, decision.key, judgement.gate);
}

void ProxyModel::end_attempt(Exchange& exchange, const Attempt& ended) {
  ++exchange.ticket;
  const auto jar = static_cast<std::uint64_t>(world_.requests[exchange.id].jar);
  const bool tells_nothing = ended.outcome == Outcome::client_gone &&
                             runtime_of(exchange).state.load() != routing::WorkerState::probe;
  if (!tells_nothing) health_.record(node_of(exchange), ended, jar);
  judge(exchange, ended);
}

// The worker was found dead by its silence: what can be sent again leaves it.
void ProxyModel::break_off(int node) {
  std::erase_if(idle_, [&](const Idle& idle) { return idle.node == node; });
  const auto all = under_way_;
  for (auto* exchange : all) {
    if (exchange->phase != Phase::sent || node_of(*exchange) != node) continue;
    const bool may_leave = is_idempotent(world_.requests[exchange->id].kind) &&
                           !exchange->request.on_fallback && !exchange->client_gone;
    if (may_leave)
      end_attempt(*exchange,
                  {.outcome = Outcome::broken, .reused = exchange->reused, .found_dead = true});
  }
}

std::size_t ProxyModel::under_way(int node, std::uint32_t stem) const {
  const auto uses_it = [&](const Exchange* exchange) {
    const bool at_worker = exchange->phase == Phase::connecting || exchange->phase == Phase::sent;
    return at_worker && node_of(*exchange) == node &&
           world_.requests[exchange->id].cookie.stem == stem;
  };
  return static_cast<std::size_t>(std::count_if(under_way_.begin(), under_way_.end(), uses_it));
}

}  // namespace jkproxy::model

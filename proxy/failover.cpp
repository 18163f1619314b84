#include "proxy/failover.hpp"

#include "proxy/waits.hpp"
#include "proxy/worker_attempt.hpp"
#include "routing/lb_method.hpp"

namespace jkproxy::proxy {

using Verdict = routing::Decision::Verdict;
using routing::Next;
using routing::Outcome;

namespace {

constexpr Refusal no_worker{.status = 503, .reason = "No server is available at the moment."};
constexpr Refusal broken_worker{.status = 502, .reason = "The server broke off the connection."};
constexpr Refusal slow_worker{
    .status = 504, .reason = "The server did not answer in time.", .limit = Limit::response_time};
constexpr int retry_after_seconds = 5;

std::uint64_t bit(std::size_t member) {
  return std::uint64_t{1} << member;
}

// A small body of an idempotent request is read whole before it is sent, so that the request can be
// sent again. Not while the client waits for a 100.
bool wants_body_held(Exchange& exchange) {
  const auto& framing = exchange.facts.framing;
  const bool wanted = !exchange.replayable && exchange.facts.idempotent &&
                      !exchange.facts.expects_continue && framing.kind == Framing::Kind::length &&
                      framing.length <= exchange.snapshot->settings.limits.replay_body;
  if (!wanted) return false;
  const bool fits = exchange.replay_share.take(exchange.loop.shared.replay_memory, framing.length);
  if (!fits) exchange.loop.counters.limits.count(Limit::replay_memory);
  return fits;
}

Task<std::optional<Refusal>> hold_body(Exchange& exchange) {
  auto& client = exchange.client;
  const auto patience = exchange.snapshot->settings.client_timeouts.body;
  auto& body = exchange.held_body;
  const auto length = static_cast<std::size_t>(exchange.facts.framing.length);
  while (body.size() < length) {
    const auto bytes = client.in.unread().substr(0, length - body.size());
    body.append(bytes);
    client.in.consume(bytes.size());
    if (body.size() == length) break;
    const auto more = co_await client.read_more(client.loop.now() + patience);
    exchange.client_gone = more == ClientConnection::More::gone;
    if (exchange.client_gone) co_return broken_worker;
    if (more == ClientConnection::More::timed_out)
      co_return Refusal{
          .status = 408, .reason = "The request's body took too long.", .limit = Limit::body_time};
  }
  client.in.release_if_empty();
  exchange.body_held = exchange.replayable = true;
  co_return std::nullopt;
}

void log_displaced(const Exchange& exchange) {
  const auto stem = routing::stem_of(exchange.request.session_id);
  const auto end = stem.substr(stem.size() - std::min<std::size_t>(stem.size(), 4));
  exchange.loop.shared.log->info("session ..{} of route {} moves to worker {} ({}, rid={})", end,
                                 exchange.record.route_in, exchange.worker().settings.name,
                                 routing::to_text(exchange.decision.reason), exchange.request_id);
  if (exchange.decision.may_hold_old_copy)
    exchange.loop.shared.log->warn(
        "session ..{} goes to worker {}, which may hold an old copy of it: no other is usable", end,
        exchange.worker().settings.name);
}

bool has_tried(const Exchange& exchange) {
  const auto& request = exchange.request;
  return ((request.tried | request.refused) & bit(exchange.decision.member)) != 0;
}

// The choice does not let the request go yet, or not at all.
Task<std::optional<Refusal>> wait_to_go(Exchange& exchange) {
  auto& request = exchange.request;
  if (exchange.decision.verdict == Verdict::unavailable)
    co_return request.on_fallback || (request.tried & ~request.refused) != 0 ? broken_worker
                                                                             : no_worker;
  if (exchange.decision.verdict == Verdict::wait) {
    const bool goes_on = co_await wait_at_gate(exchange);
    if (goes_on) co_return std::nullopt;
    co_return no_worker;
  }
  request.quiet = co_await wait_until_quiet(exchange);
  request.stays = !request.quiet;
  // It may not leave, and has broken this very request twice.
  if (request.stays && (exchange.client_gone || has_tried(exchange))) co_return broken_worker;
  co_return std::nullopt;
}

void report(const Exchange& exchange, const routing::Attempt& attempt) {
  auto& runtime = *exchange.worker().runtime;
  const bool gone = attempt.outcome == Outcome::client_gone;
  if (attempt.outcome == Outcome::answered) return;  // reported with its head
  (gone ? runtime.client_errors : runtime.errors).fetch_add(1, std::memory_order_relaxed);
  if (gone && runtime.state.load() != routing::WorkerState::probe) return;
  exchange.loop.shared.outcomes.record(runtime.id, attempt, exchange.client.peer.address_hash);
}

void exclude_worker(Exchange& exchange, bool refused) {
  auto& request = exchange.request;
  request.tried |= bit(exchange.decision.member);
  if (exchange.decision.own == exchange.decision.member) request.own_tried_at = exchange.loop.now();
  if (!refused) return;
  request.refused |= bit(exchange.decision.member);
  request.refused_generation = exchange.decision.generation;
}

// Over the attempts at one request.
struct Judge {
  Exchange& exchange;
  int breaks_on_fresh = 0;
  bool reconnects = false;

  Next next(const routing::Attempt& attempt) {
    const routing::Repeatability request{
        .idempotent = exchange.facts.idempotent,
        .replayable = exchange.replayable,
        .on_fallback = exchange.request.on_fallback,
        .breaks_on_fresh = breaks_on_fresh,
        .reconnects = reconnects,
        .balanced = exchange.decision.reason == routing::Reason::new_session};
    if (attempt.outcome == Outcome::broken && !attempt.reused) ++breaks_on_fresh;
    if (attempt.connect_timed_out) reconnects = true;
    return routing::next_step(attempt, request);
  }
  void begin_at_another_worker() {
    breaks_on_fresh = 0;
    reconnects = false;
  }
};

// The answer went to the client, or the client went away. One that was cut off shows it by its
// length or its missing last chunk; a reset would take from the client what it has not read yet, of
// this answer and of those before. Only where the end of the connection is the answer's end it has
// to be one.
AfterExchange after_answer(Exchange& exchange) {
  const bool cut = exchange.record.aborted;
  if (exchange.loop.stopping || (cut && (exchange.client_gone || exchange.ends_with_connection))) {
    exchange.client.stream->abort();
    return AfterExchange::close;
  }
  if (exchange.client_gone) return AfterExchange::close;
  if (cut) return AfterExchange::linger;
  return exchange.client_keep_alive ? AfterExchange::next : AfterExchange::linger;
}

}  // namespace

Task<AfterExchange> serve(Exchange& exchange) {
  if (wants_body_held(exchange))
    if (const auto refusal = co_await hold_body(exchange))
      co_return co_await refuse(exchange, *refusal);

  Judge judge{exchange};
  for (bool same_worker = false;;) {
    if (!same_worker) exchange.choose_worker();
    if (exchange.decision.verdict != Verdict::go) {
      if (const auto refusal = co_await wait_to_go(exchange))
        co_return co_await refuse(exchange, *refusal);
      continue;
    }
    if (exchange.decision.displaced_now && !same_worker) log_displaced(exchange);
    routing::count_request(exchange.request.balancer->members[exchange.decision.member]);
    exchange.record.worker = exchange.worker().settings.name;
    ++exchange.record.tries;

    WorkerAttempt attempt{exchange};
    const auto end = co_await attempt.run(same_worker);
    same_worker = false;
    if (!end) continue;
    report(exchange, *end);
    if (attempt.refusal()) co_return co_await refuse(exchange, *attempt.refusal());

    switch (judge.next(*end)) {
      case Next::finish: co_return after_answer(exchange);
      case Next::same_worker: same_worker = true; break;
      case Next::check_worker: {
        const bool lives = co_await worker_lives(exchange);
        exclude_worker(exchange, !lives);
        judge.begin_at_another_worker();
        break;
      }
      case Next::fallback:
        exclude_worker(exchange, end->outcome == Outcome::refused);
        judge.begin_at_another_worker();
        break;
      case Next::bad_gateway: co_return co_await refuse(exchange, broken_worker);
      case Next::unavailable: co_return co_await refuse(exchange, no_worker);
      case Next::gateway_timeout: co_return co_await refuse(exchange, slow_worker);
    }
  }
}

Task<AfterExchange> refuse(Exchange& exchange, Refusal refusal) {
  if (exchange.client_gone || exchange.loop.stopping) co_return AfterExchange::close;
  exchange.leave_gate(routing::Leave::failed);
  exchange.loop.counters.refusals.fetch_add(1, std::memory_order_relaxed);
  exchange.loop.counters.limits.count(refusal.limit);
  exchange.record.status = refusal.status;
  const auto& framing = exchange.facts.framing;
  const bool body_read = exchange.body_held || framing.kind == Framing::Kind::none ||
                         (framing.kind == Framing::Kind::length && framing.length == 0);
  const bool keep_alive = exchange.client_keep_alive && exchange.head.size > 0 && body_read &&
                          refusal.status != 400 && !exchange.loop.draining;
  PooledText page{exchange.loop.blocks};
  compose_error_page({.status = refusal.status,
                      .detail = refusal.reason,
                      .request_id = exchange.request_id,
                      .retry_after_seconds = refusal.status == 503 ? retry_after_seconds : 0,
                      .now = exchange.loop.wall_second(),
                      .keep_alive = keep_alive,
                      .head_only = exchange.facts.is_head,
                      .own = own_page(exchange.snapshot->settings, refusal.status)},
                     *page);
  if (!co_await exchange.client.write_all(page.view())) co_return AfterExchange::close;
  co_return keep_alive ? AfterExchange::next : AfterExchange::linger;
}

}  // namespace jkproxy::proxy

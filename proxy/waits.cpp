#include "proxy/waits.hpp"

#include "routing/session_route.hpp"

namespace jkproxy::proxy {

namespace {

// How often a session that is in use is looked at again.
constexpr milliseconds busy_step{20};

// False: the client left.
bool client_stays(Exchange& exchange) {
  exchange.client.in.park();
  const bool gone = exchange.client.watch() == ClientConnection::Presence::gone;
  if (gone) exchange.client_gone = true;
  return !gone;
}

// Other exchanges of the session under way at its worker, on all threads; 1 when that is not known
// by the deadline.
Task<std::size_t> count_others(Exchange& exchange, TimePoint deadline) {
  auto& loop = exchange.loop;
  auto count = std::make_shared<SessionCount>();
  count->worker = exchange.worker().id();
  count->stem = routing::stem_of(exchange.request.session_id);
  count->asker = exchange.client.ref;
  loop.shared.count_session(count);
  while (!count->answered()) {
    const auto wake = co_await exchange.client.waiter.wait(deadline);
    loop.refresh_now();
    if (wake == Wake::deadline || loop.stopping) co_return 1;
  }
  co_return count->under_way.load(std::memory_order_relaxed);
}

Task<bool> check_lives(Exchange& exchange, TimePoint deadline) {
  auto& loop = exchange.loop;
  auto check = std::make_shared<WorkerCheck>();
  check->worker = exchange.worker().id();
  check->asker = exchange.client.ref;
  loop.shared.check_worker(check);
  while (check->verdict.load() == WorkerCheck::Verdict::pending) {
    const auto wake = co_await exchange.client.waiter.wait(deadline);
    loop.refresh_now();
    if (wake == Wake::deadline || loop.stopping) co_return true;
  }
  co_return check->verdict.load() == WorkerCheck::Verdict::lives;
}

void report_refusal(const Exchange& exchange) {
  auto& runtime = *exchange.worker().runtime;
  runtime.last_refusal.raise(exchange.loop.now());
  const routing::Attempt refused{.outcome = routing::Outcome::refused, .sent_nothing = true};
  exchange.loop.shared.outcomes.record(runtime.id, refused, exchange.client.peer.address_hash);
}

Task<bool> connect_lives(Exchange& exchange, TimePoint deadline) {
  auto& loop = exchange.loop;
  const auto* address = loop.connections.address(exchange.worker().id());
  if (address == nullptr) co_return false;
  int error = 0;
  const auto connection = begin_connect(loop.executor, loop.blocks, *address, error);
  if (connection == nullptr) {
    if (is_local_fault(error)) co_return true;  // nobody was asked
    report_refusal(exchange);
    co_return false;
  }
  while (!connection->stream.writable()) {
    connection->stream.arm_write(exchange.client.waiter);
    const auto wake = co_await exchange.client.waiter.wait(deadline);
    loop.refresh_now();
    if (wake == Wake::deadline || loop.stopping) co_return true;  // silence is no death
  }
  const bool refused = connection->stream.connect_error() != 0;
  if (refused) report_refusal(exchange);
  co_return !refused;
}

}  // namespace

Task<bool> wait_at_gate(Exchange& exchange) {
  auto& loop = exchange.loop;
  const auto& settings = exchange.request.balancer->settings;
  if (loop.now() - exchange.record.begin > settings.response_timeout) co_return false;
  if (!client_stays(exchange)) co_return false;
  co_await exchange.client.waiter.wait(exchange.decision.retry_at);
  loop.refresh_now();
  co_return !loop.stopping;
}

Task<bool> wait_until_quiet(Exchange& exchange) {
  auto& loop = exchange.loop;
  const auto deadline = loop.now() + exchange.request.balancer->settings.takeover.wait;
  std::optional<TimePoint> quiet_since;
  while (loop.now() < deadline) {
    const auto others = co_await count_others(exchange, deadline);
    if (others > 0) {
      quiet_since.reset();
    } else if (!quiet_since) {
      quiet_since = loop.now();
    } else if (loop.now() - *quiet_since >= routing::quiet_time) {
      co_return true;
    }
    const auto again = quiet_since ? *quiet_since + routing::quiet_time : loop.now() + busy_step;
    for (auto wake = Wake::ready; wake != Wake::deadline;) {
      if (loop.stopping || !client_stays(exchange)) co_return false;
      wake = co_await exchange.client.waiter.wait(again);
      loop.refresh_now();
    }
  }
  co_return false;
}

Task<bool> worker_lives(Exchange& exchange) {
  const auto& settings = exchange.request.balancer->settings;
  auto patience = settings.connect_timeout;
  if (settings.health_check) patience += settings.health_check->timeout;
  const auto deadline = exchange.loop.now() + patience;
  exchange.client.in.park();
  if (!settings.health_check) co_return co_await connect_lives(exchange, deadline);
  co_return co_await check_lives(exchange, deadline);
}

}  // namespace jkproxy::proxy

#include "proxy/route_warning.hpp"

#include "proxy/loop.hpp"
#include "routing/route_check.hpp"

namespace jkproxy::proxy {

namespace {

constexpr std::chrono::minutes between_lines{1};

}  // namespace

void warn_of_route(const Exchange& exchange, std::string_view session_id) {
  if (session_id == exchange.request.session_id) return;
  const auto& balancer = *exchange.request.balancer;
  const auto& worker = exchange.worker();
  const auto fit = routing::judge_route(balancer, worker, session_id);
  if (fit == routing::RouteFit::own) return;

  auto& runtime = *worker.runtime;
  runtime.wrong_routes.fetch_add(1, std::memory_order_relaxed);
  if (!runtime.wrong_route_logged.claim(exchange.loop.now(), between_lines)) return;
  exchange.loop.shared.log->warn("worker {} {} (sessions since the last such line: {})",
                                 worker.settings.name,
                                 routing::route_remedy(fit, balancer, worker, session_id),
                                 runtime.wrong_routes.exchange(0, std::memory_order_relaxed));
}

}  // namespace jkproxy::proxy

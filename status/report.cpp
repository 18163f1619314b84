#include "status/report.hpp"

#include <algorithm>

namespace jkproxy::status {

namespace {

WorkerLine line_of(const routing::Worker& worker, const Facts& facts) {
  constexpr auto relaxed = std::memory_order_relaxed;
  const auto& runtime = *worker.runtime;
  const auto since = std::max(runtime.state_since.load(), facts.started);
  WorkerLine line{.settings = worker.settings,
                  .activation = runtime.activation.load(relaxed),
                  .state = runtime.state.load(std::memory_order_acquire),
                  .since = std::chrono::duration_cast<milliseconds>(facts.now - since),
                  .cause = {},
                  .last_check = {},
                  .busy = runtime.busy.load(relaxed),
                  .tunnels = runtime.tunnels.load(relaxed),
                  .lb_value = runtime.lb_value.load(relaxed),
                  .elected = runtime.elected.load(relaxed),
                  .sessions = runtime.sessions.load(relaxed),
                  .answered = runtime.answered.load(relaxed),
                  .errors = runtime.errors.load(relaxed),
                  .client_errors = runtime.client_errors.load(relaxed),
                  .bytes_to_worker = runtime.bytes_to_worker.load(relaxed),
                  .bytes_from_worker = runtime.bytes_from_worker.load(relaxed)};
  const auto standing =
      std::find_if(facts.standings.begin(), facts.standings.end(),
                   [&](const auto& candidate) { return candidate.worker == worker.id(); });
  if (standing == facts.standings.end()) return line;
  line.cause = standing->cause;
  line.last_check = standing->last_check;
  return line;
}

Report::BalancerPart part_of(const routing::Balancer& balancer, const routing::Snapshot& snapshot) {
  Report::BalancerPart part{.name = balancer.settings.name,
                            .method = balancer.settings.method,
                            .sticky_session_force = balancer.settings.sticky_session.force,
                            .members = {}};
  for (const auto& member : balancer.members)
    for (std::size_t i = 0; i < snapshot.workers.size(); ++i)
      if (snapshot.workers[i]->id() == member.worker->id()) part.members.push_back(i);
  return part;
}

}  // namespace

Report make_report(const Facts& facts) {
  Report report{.version = facts.version,
                .uptime = std::chrono::duration_cast<milliseconds>(facts.now - facts.started),
                .stopping = facts.stopping,
                .totals = facts.totals,
                .takeovers = facts.takeovers,
                .workers = {},
                .balancers = {}};
  for (const auto& worker : facts.snapshot.workers)
    report.workers.push_back(line_of(*worker, facts));
  for (const auto& balancer : facts.snapshot.balancers)
    report.balancers.push_back(part_of(balancer, facts.snapshot));
  return report;
}

}  // namespace jkproxy::status

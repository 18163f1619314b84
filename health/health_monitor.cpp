#include "health/health_monitor.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "routing/lb_method.hpp"

namespace jkproxy::health {

namespace {

constexpr milliseconds tick_interval{200};
constexpr std::chrono::minutes decay_interval{1};

// What the balancers that hold the worker say about it. The first with a health check decides how
// it is judged; a worker is checked once, however many balancers it is in.
struct Terms {
  HealthPolicy policy;
  milliseconds remember{0};
  milliseconds idle_timeout{0};
  const config::HealthCheckSettings* check = nullptr;
};

bool holds(const routing::Balancer& balancer, routing::WorkerId worker) {
  return std::any_of(balancer.members.begin(), balancer.members.end(),
                     [&](const auto& member) { return member.worker->id() == worker; });
}

Terms terms_of(const routing::Snapshot& snapshot, routing::WorkerId worker) {
  Terms terms;
  bool first = true;
  for (const auto& balancer : snapshot.balancers) {
    if (!holds(balancer, worker)) continue;
    const auto& settings = balancer.settings;
    const auto limit = settings.connect_timeout + settings.response_timeout;
    terms.remember = std::max(terms.remember, settings.takeover.remember);
    terms.policy.attempt_limit = first ? limit : std::max(terms.policy.attempt_limit, limit);
    if (first) terms.policy.recover_time = settings.recover_time;
    first = false;
    if (terms.check != nullptr || !settings.health_check) continue;
    terms.check = &*settings.health_check;
    terms.idle_timeout = settings.idle_timeout;
  }
  if (terms.check == nullptr) return terms;
  terms.policy.checked = true;
  terms.policy.fall = terms.check->fall;
  terms.policy.rise = terms.check->rise;
  return terms;
}

std::string host_field(const config::Endpoint& endpoint) {
  return endpoint.is_unix() ? "localhost" : config::to_text(endpoint);
}

// LOCAL: the connection is ours, and nobody else's is passed on.
std::string local_proxy_header(config::SendProxy version) {
  switch (version) {
    case config::SendProxy::none: break;
    case config::SendProxy::v1: return "PROXY UNKNOWN\r\n";
    case config::SendProxy::v2: return {"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16};
  }
  return {};
}

}  // namespace

struct HealthMonitor::Watched {
  const routing::Worker& worker;
  milliseconds remember;
  WorkerHealth health;
  WorkerReport report{};
  std::unique_ptr<HealthCheck> check{};
  std::vector<OnChecked> askers{};  // of `check_now`, not answered yet
};

HealthMonitor::HealthMonitor(boost::asio::io_context& control,
                             std::shared_ptr<const routing::Snapshot> snapshot,
                             routing::Clock clock, OnChange on_change,
                             OnConnectError on_connect_error)
    : control_{control},
      snapshot_{std::move(snapshot)},
      clock_{std::move(clock)},
      on_change_{std::move(on_change)},
      on_connect_error_{std::move(on_connect_error)},
      ticker_{control},
      decayed_at_{clock_()} {
  for (const auto& worker : snapshot_->workers) {
    const Terms terms = terms_of(*snapshot_, worker->id());
    auto& watched = *workers_.emplace_back(std::make_unique<Watched>(Watched{
        .worker = *worker, .remember = terms.remember, .health = WorkerHealth{terms.policy}}));
    watched.report.since = decayed_at_;
    if (terms.check == nullptr) continue;
    watched.check = std::make_unique<HealthCheck>(
        control_, *terms.check, terms.idle_timeout, host_field(worker->settings.address), clock_,
        [this, &watched](const CheckReport& report) { judge(watched, report); });
    watched.check->say_first(local_proxy_header(worker->settings.send_proxy));
    if (const auto address = routing::literal_address(worker->settings.address))
      watched.check->set_address(*address);
  }
}

HealthMonitor::~HealthMonitor() = default;

void HealthMonitor::start() {
  for (const auto& watched : workers_)
    if (watched->check) watched->check->start();
  wait_for_tick();
}

void HealthMonitor::stop() {
  ticker_.cancel();
  for (const auto& watched : workers_)
    if (watched->check) watched->check->stop();
}

HealthMonitor::Watched* HealthMonitor::find(routing::WorkerId worker) const {
  const auto found = std::find_if(workers_.begin(), workers_.end(), [&](const auto& watched) {
    return watched->worker.id() == worker;
  });
  return found == workers_.end() ? nullptr : found->get();
}

void HealthMonitor::record(routing::WorkerId worker, const routing::Attempt& attempt,
                           std::uint64_t client) {
  boost::asio::post(control_, [this, worker, attempt, client] {
    if (auto* watched = find(worker)) judge(*watched, attempt, client);
  });
}

void HealthMonitor::set_address(routing::WorkerId worker,
                                const std::optional<routing::Address>& address) {
  auto* watched = find(worker);
  if (watched != nullptr && watched->check) watched->check->set_address(address);
}

void HealthMonitor::set_activation(routing::WorkerId worker, routing::Activation activation) {
  auto* watched = find(worker);
  if (watched == nullptr) return;
  auto& runtime = *watched->worker.runtime;
  if (activation == routing::Activation::stopped)
    runtime.consult_until.raise(clock_() + watched->remember);
  runtime.activation.store(activation, std::memory_order_release);
}

WorkerReport HealthMonitor::report(routing::WorkerId worker) const {
  const auto* watched = find(worker);
  return watched == nullptr ? WorkerReport{} : watched->report;
}

Seen HealthMonitor::seen(const Watched& watched) const {
  const auto& runtime = *watched.worker.runtime;
  return {.state = runtime.state.load(std::memory_order_acquire),
          .answered = runtime.answered.load(std::memory_order_relaxed),
          .now = clock_()};
}

void HealthMonitor::judge(Watched& watched, const routing::Attempt& attempt, std::uint64_t client) {
  if (attempt.outcome == routing::Outcome::refused && !attempt.local_fault)
    on_connect_error_(watched.worker.id());
  if (const auto transition = watched.health.on_attempt(seen(watched), attempt, client))
    apply(watched, *transition, {});
}

void HealthMonitor::judge(Watched& watched, const CheckReport& report) {
  const auto now = seen(watched);
  auto& runtime = *watched.worker.runtime;
  if (report.gave_bytes) runtime.last_byte.raise(now.now);
  const auto result =
      evidence_of(report, std::max(runtime.last_accept.load(), runtime.last_byte.load()));
  const bool gone = result == CheckResult::refused || result == CheckResult::ended;
  if (gone) runtime.last_refusal.raise(now.now);
  if (result != CheckResult::good && !report.gave_bytes) on_connect_error_(watched.worker.id());
  watched.report.last_check = report.cause;
  if (const auto transition = watched.health.on_check(now, result))
    apply(watched, *transition, report.cause);
  const bool lives = result == CheckResult::good || result == CheckResult::no_evidence;
  for (const auto& done : std::exchange(watched.askers, {})) done(lives);
}

void HealthMonitor::check_now(routing::WorkerId worker, OnChecked done) {
  auto* watched = find(worker);
  if (watched == nullptr || !watched->check) return done(true);
  watched->askers.push_back(std::move(done));
  watched->check->hurry();
}

void HealthMonitor::apply(Watched& watched, const Transition& transition,
                          const std::string& detail) {
  auto& runtime = *watched.worker.runtime;
  const auto from = runtime.state.load(std::memory_order_acquire);
  const auto now = clock_();
  // Who sees the error must find the table to be asked already.
  if (transition.to == WorkerState::error) runtime.consult_until.raise(now + watched.remember);
  publish(watched.worker, transition, now);
  watched.report.cause = transition.cause;
  if (!detail.empty()) watched.report.cause += " (" + detail + ")";
  watched.report.since = now;
  on_change_({.worker = watched.worker,
              .from = from,
              .to = transition.to,
              .cause = watched.report.cause,
              .silent = transition.silent});
}

void HealthMonitor::publish(const routing::Worker& worker, const Transition& transition,
                            TimePoint now) {
  // A worker that comes back must not be flooded from its first moment on.
  if (transition.to == WorkerState::ok) routing::raise_to_highest(*snapshot_, worker);
  worker.runtime->publish(transition.to, now, transition.still);
}

void HealthMonitor::tick() {
  for (const auto& watched : workers_)
    if (const auto transition = watched->health.on_tick(seen(*watched)))
      apply(*watched, *transition, {});
  if (clock_() - decayed_at_ < decay_interval) return;
  decayed_at_ = clock_();
  routing::decay(*snapshot_);
}

void HealthMonitor::wait_for_tick() {
  ticker_.expires_after(tick_interval);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    tick();
    wait_for_tick();
  });
}

}  // namespace jkproxy::health

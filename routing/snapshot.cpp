#include "routing/snapshot.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <stdexcept>
#include <string>

namespace jkproxy::routing {

namespace {

WorkerId next_worker_id() {
  static std::atomic<WorkerId> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

std::shared_ptr<WorkerRuntime> runtime_for(const config::WorkerSettings& settings,
                                           const Snapshot* previous) {
  if (previous != nullptr)
    for (const auto& worker : previous->workers)
      if (worker->settings.name == settings.name && worker->settings.address == settings.address)
        return worker->runtime;
  auto runtime = std::make_shared<WorkerRuntime>(next_worker_id());
  runtime->activation.store(settings.activation);
  return runtime;
}

const Worker* worker_named(const Snapshot& snapshot, std::string_view name) {
  for (const auto& worker : snapshot.workers)
    if (worker->settings.name == name) return worker.get();
  throw std::invalid_argument{"no worker is named " + std::string{name}};
}

Balancer build_balancer(const config::BalancerSettings& settings, const Snapshot& snapshot) {
  if (settings.workers.size() > most_members)
    throw std::invalid_argument{"balancer " + settings.name + " has more than 64 workers"};
  Balancer balancer{.settings = settings, .members = {}};
  std::uint64_t multiple = 1;
  for (const auto& name : settings.workers) {
    const auto* worker = worker_named(snapshot, name);
    balancer.members.push_back({.worker = worker});
    multiple = std::lcm(multiple, static_cast<std::uint64_t>(worker->settings.factor));
  }
  for (auto& member : balancer.members)
    member.lb_mult = multiple / static_cast<std::uint64_t>(member.worker->settings.factor);
  return balancer;
}

MountTable build_mounts(const config::Settings& settings) {
  std::vector<MountTable::Mount> mounts;
  for (const auto& mount : settings.mounts) {
    std::string scratch;
    const auto path = canonical_path(mount.path, scratch);
    const auto named = [&](const auto& balancer) { return balancer.name == mount.balancer; };
    const auto found = std::find_if(settings.balancers.begin(), settings.balancers.end(), named);
    if (!path || found == settings.balancers.end())
      throw std::invalid_argument{"mount " + mount.path + " has no balancer or no canonical path"};
    mounts.push_back({.host = mount.host,
                      .path = std::string{*path},
                      .balancer = static_cast<std::size_t>(found - settings.balancers.begin())});
  }
  if (mounts.empty() && settings.balancers.size() == 1) mounts.push_back({.host = {}, .path = "/"});
  return MountTable{std::move(mounts)};
}

}  // namespace

std::optional<std::size_t> Balancer::member_of_route(std::string_view route) const {
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].worker->settings.route == route) return i;
  return std::nullopt;
}

const Worker* Snapshot::worker(WorkerId id) const {
  for (const auto& worker : workers)
    if (worker->id() == id) return worker.get();
  return nullptr;
}

std::shared_ptr<const Snapshot> build_snapshot(const config::Settings& settings,
                                               const Snapshot* previous) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->settings = settings;
  snapshot->sends_proxy_headers =
      std::any_of(settings.workers.begin(), settings.workers.end(),
                  [](const auto& worker) { return worker.send_proxy != config::SendProxy::none; });
  for (const auto& worker : settings.workers)
    snapshot->workers.push_back(std::make_unique<Worker>(
        Worker{.settings = worker, .runtime = runtime_for(worker, previous)}));
  for (const auto& balancer : settings.balancers)
    snapshot->balancers.push_back(build_balancer(balancer, *snapshot));
  snapshot->mounts = build_mounts(settings);
  return snapshot;
}

}  // namespace jkproxy::routing

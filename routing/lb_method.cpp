#include "routing/lb_method.hpp"

#include <algorithm>

namespace jkproxy::routing {

namespace {

bool takes_new_sessions(const WorkerRuntime& runtime) {
  if (runtime.activation.load(std::memory_order_relaxed) != Activation::active) return false;
  const auto state = runtime.state.load(std::memory_order_acquire);
  return state == WorkerState::ok || state == WorkerState::recover;
}

bool goes_before(const Balancer::Member& member, const Balancer::Member& best) {
  const int distance = member.worker->settings.distance;
  const int best_distance = best.worker->settings.distance;
  if (distance != best_distance) return distance < best_distance;
  return member.worker->runtime->lb_value.load(std::memory_order_relaxed) <
         best.worker->runtime->lb_value.load(std::memory_order_relaxed);
}

}  // namespace

std::optional<std::size_t> elect_among(const Balancer& balancer, std::uint64_t eligible,
                                       std::size_t& offset) {
  const auto& members = balancer.members;
  std::optional<std::size_t> best;
  for (std::size_t step = 0; step < members.size(); ++step) {
    const auto i = (offset + step) % members.size();
    if ((eligible >> i & 1) == 0) continue;
    if (!best || goes_before(members[i], members[*best])) best = i;
  }
  if (best) offset = (*best + 1) % members.size();
  return best;
}

std::optional<std::size_t> elect(const Balancer& balancer, std::uint64_t excluded,
                                 std::size_t& offset) {
  std::uint64_t eligible = 0;
  for (std::size_t i = 0; i < balancer.members.size(); ++i)
    if (takes_new_sessions(*balancer.members[i].worker->runtime)) eligible |= std::uint64_t{1} << i;
  return elect_among(balancer, eligible & ~excluded, offset);
}

void count_request(const Balancer::Member& member) {
  member.worker->runtime->lb_value.fetch_add(member.lb_mult, std::memory_order_relaxed);
}

void decay(const Snapshot& snapshot) {
  for (const auto& worker : snapshot.workers) {
    auto& lb_value = worker->runtime->lb_value;
    const auto value = lb_value.load(std::memory_order_relaxed);
    // A subtraction, so that what others add meanwhile is not lost.
    lb_value.fetch_sub(value - value / 2, std::memory_order_relaxed);
  }
}

void raise_to_highest(const Snapshot& snapshot, const Worker& worker) {
  std::uint64_t highest = 0;
  for (const auto& balancer : snapshot.balancers) {
    const auto holds_it = [&](const auto& member) { return member.worker->id() == worker.id(); };
    if (std::none_of(balancer.members.begin(), balancer.members.end(), holds_it)) continue;
    for (const auto& member : balancer.members)
      highest = std::max(highest, member.worker->runtime->lb_value.load(std::memory_order_relaxed));
  }
  worker.runtime->lb_value.store(highest, std::memory_order_relaxed);
}

}  // namespace jkproxy::routing

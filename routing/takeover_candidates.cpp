#include "routing/takeover_candidates.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <tuple>

namespace jkproxy::routing {

std::uint64_t rank_seed(std::string_view stem) {
  return XXH64(stem.data(), stem.size(), 0);
}

std::uint64_t rank(std::uint64_t seed, std::string_view route) {
  return XXH64(route.data(), route.size(), seed);
}

bool all_in_error(const Balancer& balancer) {
  return std::none_of(balancer.members.begin(), balancer.members.end(), [](const auto& member) {
    const auto& runtime = *member.worker->runtime;
    return runtime.in_service() && runtime.activation.load() != Activation::stopped;
  });
}

// Lower is better.
struct TakeoverCandidates::Place {
  bool may_hold_old_copy;
  bool came_back_later;
  std::uint8_t nearness;
  std::uint64_t rank;

  bool operator<(const Place& other) const {
    return std::tuple{may_hold_old_copy, came_back_later, nearness, other.rank} <
           std::tuple{other.may_hold_old_copy, other.came_back_later, other.nearness, rank};
  }
};

const WorkerRuntime& TakeoverCandidates::runtime(std::size_t member) const {
  return *request_.balancer->members[member].worker->runtime;
}

bool TakeoverCandidates::was_tried(std::size_t member) const {
  return ((request_.tried | request_.refused) >> member & 1) != 0;
}

// A disabled worker takes nobody's sessions but its own.
bool TakeoverCandidates::takes_sessions(std::size_t member) const {
  const auto activation = runtime(member).activation.load(std::memory_order_relaxed);
  return activation == Activation::active || (activation == Activation::disabled && member == own_);
}

bool TakeoverCandidates::may_hold_old_copy(std::size_t member,
                                           std::span<const Displaced> from) const {
  const auto& candidate = runtime(member);
  for (const auto& displaced : from)
    if (displaced.worker == candidate.id)
      return candidate.last_refusal.load() <= displaced.usable_since;
  return false;
}

std::uint8_t TakeoverCandidates::nearness(std::size_t member,
                                          std::optional<std::size_t> leaving) const {
  if (!leaving) return 2;
  const auto& left = request_.balancer->members[*leaving].worker->settings;
  const auto& settings = request_.balancer->members[member].worker->settings;
  if (!left.redirect.empty() && left.redirect == settings.name) return 0;
  return !left.domain.empty() && left.domain == settings.domain ? 1 : 2;
}

TimePoint TakeoverCandidates::gone_since(std::optional<std::size_t> leaving) const {
  if (!leaving || runtime(*leaving).in_service()) return now_;
  const auto& left = runtime(*leaving);
  const auto gone = left.gone_since.load();
  return gone > left.usable_since.load() ? gone : left.state_since.load();
}

std::optional<TakeoverWorkers::Choice> TakeoverCandidates::best(std::span<const Displaced> from,
                                                                std::optional<std::size_t> leaving,
                                                                bool in_service) const {
  const auto seed = rank_seed(stem_);
  const auto gone = gone_since(leaving);
  std::optional<Place> best;
  Choice choice{.kind = Kind::moves};
  for (std::size_t i = 0; i < request_.balancer->members.size(); ++i) {
    if (i == leaving || was_tried(i) || !takes_sessions(i)) continue;
    if (runtime(i).in_service() != in_service) continue;
    const Place place{.may_hold_old_copy = may_hold_old_copy(i, from),
                      .came_back_later = runtime(i).usable_since.load() > gone,
                      .nearness = nearness(i, leaving),
                      .rank = rank(seed, request_.balancer->members[i].worker->settings.route)};
    if (best && !(place < *best)) continue;
    best = place;
    choice.to = runtime(i).id;
    choice.may_hold_old_copy = place.may_hold_old_copy;
  }
  if (!best) return std::nullopt;
  return choice;
}

TakeoverWorkers::Choice TakeoverCandidates::choose(std::span<const Displaced> from,
                                                   WorkerId leaving) const {
  const auto choice = choose_for(from, leaving);
  last_kind_ = choice.kind;
  return choice;
}

TakeoverWorkers::Choice TakeoverCandidates::choose_for(std::span<const Displaced> from,
                                                       WorkerId leaving) const {
  const auto leaver = member_of(leaving);
  const bool may_stay = leaver && !was_tried(*leaver);
  const bool stopped = leaver && runtime(*leaver).activation.load() == Activation::stopped;
  const auto usable = best(from, leaver, true);
  const auto other = usable ? usable : best(from, leaver, false);
  const bool lives = stopped && runtime(*leaver).in_service();
  const bool better_than_staying = usable && !usable->may_hold_old_copy;
  if (lives && may_stay && other && !better_than_staying) return {.kind = Kind::stays};
  if (usable) return *usable;
  if (may_stay && !stopped) return {.kind = Kind::retries};
  return other.value_or(Choice{});
}

bool TakeoverCandidates::lost(WorkerId to, TimePoint dispatched, std::uint64_t generation) const {
  const auto member = member_of(to);
  if (!member) return true;
  if (was_tried(*member) && request_.refused_generation == generation) return true;
  const auto& worker = runtime(*member);
  if (worker.activation.load(std::memory_order_relaxed) == Activation::stopped) return true;
  const auto state = worker.state.load(std::memory_order_acquire);
  if (state == WorkerState::ok || state == WorkerState::busy) return false;
  return worker.error_since.load() > dispatched;
}

TimePoint TakeoverCandidates::usable_since(WorkerId worker) const {
  const auto member = member_of(worker);
  return member ? runtime(*member).usable_since.load() : TimePoint{};
}

TimePoint TakeoverCandidates::last_byte(WorkerId worker) const {
  const auto member = member_of(worker);
  return member ? runtime(*member).last_byte.load() : TimePoint{};
}

bool TakeoverCandidates::lives(WorkerId worker, TimePoint dispatched) const {
  const auto member = member_of(worker);
  const bool refused = member && (request_.refused >> *member & 1) != 0;
  if (!member || refused) return false;
  const bool took_one =
      dispatched != TimePoint{} && runtime(*member).error_since.load() <= dispatched;
  return took_one || runtime(*member).in_service();
}

std::uint32_t TakeoverCandidates::process(WorkerId worker) const {
  const auto member = member_of(worker);
  return member ? runtime(*member).process() : 0;
}

void TakeoverCandidates::consult(WorkerId worker, TimePoint until) const {
  if (const auto member = member_of(worker))
    request_.balancer->members[*member].worker->runtime->consult_until.raise(until);
}

std::optional<std::size_t> TakeoverCandidates::member_of(WorkerId worker) const {
  const auto& members = request_.balancer->members;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].worker->id() == worker) return i;
  return std::nullopt;
}

}  // namespace jkproxy::routing

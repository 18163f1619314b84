// What holds between the workers, the balancers and the mounts of one file.

#include <algorithm>
#include <numeric>
#include <set>
#include <unordered_map>

#include "config/nearest.hpp"
#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

constexpr std::size_t most_members = 64;
// So that a worker's lb_value, which grows by multiple / factor a request and is halved each
// minute, stays far from 2^64.
constexpr std::uint64_t largest_multiple = std::uint64_t{1} << 32U;

template <class Things>
std::vector<std::string_view> names_of(const Things& things) {
  std::vector<std::string_view> names;
  names.reserve(things.size());
  for (const auto& thing : things) names.push_back(thing.name);
  return names;
}

class FarmCheck {
 public:
  FarmCheck(const Settings& settings, const Places& places, ErrorList& errors)
      : settings_{settings}, places_{places}, errors_{errors} {
    for (std::size_t i = 0; i < settings.workers.size(); ++i)
      workers_.try_emplace(settings.workers[i].name, i);
    for (std::size_t i = 0; i < settings.balancers.size(); ++i) {
      balancers_.insert(settings.balancers[i].name);
      for (const auto& name : settings.balancers[i].workers) member_of_[name].insert(i);
    }
  }

  void run() {
    check_there();
    check_routes();
    for (std::size_t i = 0; i < places_.balancers.size(); ++i) check_balancer(i);
    for (std::size_t i = 0; i < places_.workers.size(); ++i) check_redirect(i);
    for (std::size_t i = 0; i < places_.mounts.size(); ++i) check_balancer_of_mount(i);
    check_mounts();
    if (!places_.balancers_section.is_there) check_default();
  }

 private:
  void check_there();
  void check_routes();
  void check_balancer(std::size_t index);
  void check_factors(const BalancerSettings& balancer, Place place, const std::string& what);
  void check_redirect(std::size_t index);
  void check_balancer_of_mount(std::size_t index);
  void check_mounts();
  void check_default();
  bool share_a_balancer(std::string_view one, std::string_view other) const;
  bool knows_members() const;
  std::string unknown_worker(const std::string& name) const;
  std::string balancers_hint(std::string_view name) const;

  const Settings& settings_;
  const Places& places_;
  ErrorList& errors_;
  std::unordered_map<std::string_view, std::size_t> workers_;  // by name
  std::set<std::string_view> balancers_;
  std::unordered_map<std::string_view, std::set<std::size_t>> member_of_;  // indices of balancers
};

void FarmCheck::check_there() {
  const auto& section = places_.workers_section;
  if (settings_.workers.empty() && section.can_be_asked())
    errors_.add(section.place, "workers is empty: name at least one");
  const auto& balancers = places_.balancers_section;
  if (settings_.balancers.empty() && balancers.can_be_asked())
    errors_.add(balancers.place, "balancers is empty: name at least one, or leave the key out");
}

void FarmCheck::check_routes() {
  std::unordered_map<std::string_view, std::size_t> routes;
  for (std::size_t i = 0; i < settings_.workers.size(); ++i) {
    const auto& worker = settings_.workers[i];
    if (!places_.workers[i].route) continue;
    const auto [first, is_new] = routes.try_emplace(worker.route, i);
    if (is_new) continue;
    errors_.add(*places_.workers[i].route,
                "workers." + worker.name + ": the route " + quoted(worker.route) +
                    " is that of worker " + settings_.workers[first->second].name +
                    " already: give each worker the jvmRoute of its own Tomcat");
  }
}

// A name that is a route is the commonest mistake: mod_jk's redirect is one.
std::string FarmCheck::unknown_worker(const std::string& name) const {
  if (errors_.full()) return {};  // only counted
  std::string text = "no worker is called " + quoted(name) + ": ";
  for (const auto& worker : settings_.workers)
    if (worker.route == name && worker.name != name)
      return text + "it is the route of worker " + worker.name + ": write " + worker.name;
  return text + hint(name, names_of(settings_.workers));
}

void FarmCheck::check_balancer(std::size_t index) {
  const auto& balancer = settings_.balancers[index];
  const auto& place = places_.balancers[index];
  const auto what = "balancers." + balancer.name;
  if (place.list && place.is_whole && balancer.workers.empty())
    errors_.add(*place.list, what + ".workers is empty: name at least one");
  std::set<std::string_view> own;
  bool is_good = place.is_whole && places_.workers_section.can_be_asked();
  for (std::size_t i = 0; i < balancer.workers.size(); ++i) {
    const auto& name = balancer.workers[i];
    const bool is_known = workers_.contains(name);
    if (!is_known && places_.workers_section.can_be_asked())
      errors_.add(place.members[i], what + ": " + unknown_worker(name));
    const bool is_new = own.insert(name).second;
    if (!is_new) errors_.add(place.members[i], what + " names " + quoted(name) + " twice");
    if (is_new && own.size() == most_members + 1)
      errors_.add(place.members[i], what + " has more than 64 workers");
    is_good = is_good && is_known;
  }
  if (is_good) check_factors(balancer, place.name, what);
}

void FarmCheck::check_factors(const BalancerSettings& balancer, Place place,
                              const std::string& what) {
  std::uint64_t multiple = 1;
  for (const auto& name : balancer.workers) {
    const auto factor = settings_.workers[workers_.at(name)].factor;
    multiple = std::lcm(multiple, static_cast<std::uint64_t>(factor));
    if (multiple <= largest_multiple) continue;
    return errors_.add(place, what +
                                  ": the factors of its workers have no common multiple up to "
                                  "2^32: use few different ones, such as 1, 2, 4 and 10");
  }
}

bool FarmCheck::knows_members() const {
  return places_.balancers_section.is_known && places_.workers_section.can_be_asked() &&
         std::all_of(places_.balancers.begin(), places_.balancers.end(),
                     [](const auto& balancer) { return balancer.is_whole; });
}

bool FarmCheck::share_a_balancer(std::string_view one, std::string_view other) const {
  const auto of_one = member_of_.find(one);
  const auto of_other = member_of_.find(other);
  if (of_one == member_of_.end() || of_other == member_of_.end()) return false;
  return std::any_of(of_one->second.begin(), of_one->second.end(),
                     [&](std::size_t balancer) { return of_other->second.contains(balancer); });
}

void FarmCheck::check_redirect(std::size_t index) {
  const auto& worker = settings_.workers[index];
  const auto& place = places_.workers[index].redirect;
  if (!place) return;
  const auto what = "workers." + worker.name + ".redirect: ";
  if (worker.redirect == worker.name)
    return errors_.add(*place, what + "is the worker itself: name another");
  if (!workers_.contains(worker.redirect)) {
    if (places_.workers_section.can_be_asked())
      errors_.add(*place, what + unknown_worker(worker.redirect));
    return;
  }
  if (knows_members() && !share_a_balancer(worker.name, worker.redirect))
    errors_.add(*place, what + worker.redirect + " is in no balancer together with " + worker.name +
                            ", so it can never take its sessions");
}

std::string FarmCheck::balancers_hint(std::string_view name) const {
  return errors_.full() ? std::string{} : hint(name, names_of(settings_.balancers));
}

void FarmCheck::check_balancer_of_mount(std::size_t index) {
  const auto& name = settings_.mounts[index].balancer;
  const auto& place = places_.mounts[index];
  if (!places_.balancers_section.is_known) return;
  if (place.lacks_balancer && settings_.balancers.size() > 1)
    errors_.add(place.mount, "mounts.balancer is missing: " + balancers_hint(""));
  if (place.balancer && !balancers_.contains(name))
    errors_.add(*place.balancer, "mounts.balancer: no balancer is called " + quoted(name) + ": " +
                                     balancers_hint(name));
}

void FarmCheck::check_mounts() {
  const auto& section = places_.mounts_section;
  const auto& balancers = places_.balancers_section;
  if (places_.mounts.empty() && section.is_known && settings_.balancers.size() > 1 &&
      balancers.is_known)
    errors_.add(section.is_there ? section.place : balancers.place,
                "several balancers and no mounts: say under mounts which path goes where");
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t i = 0; i < places_.mounts.size(); ++i) {
    const auto& mount = settings_.mounts[i];
    if (!places_.mounts[i].where || seen.emplace(mount.host, mount.path).second) continue;
    errors_.add(*places_.mounts[i].where, "a mount of this host and path stands above already");
  }
}

// The balancer that holds all workers where none is written down.
void FarmCheck::check_default() {
  if (!knows_members() || settings_.balancers.empty()) return;
  const auto& balancer = settings_.balancers.front();
  if (balancer.workers.size() > most_members)
    errors_.add(places_.workers[most_members].name,
                "the balancer default has more than 64 workers: say under balancers which go "
                "together");
  check_factors(balancer, places_.workers_section.place, "workers");
}

}  // namespace

void fill_in(Settings& settings, const Places& places) {
  const auto& balancers = places.balancers_section;
  if (!balancers.is_there && balancers.is_known) {
    auto& balancer = settings.balancers.emplace_back();
    for (const auto& worker : settings.workers) balancer.workers.push_back(worker.name);
  }
  if (settings.balancers.size() != 1) return;
  const auto& only = settings.balancers.front().name;
  for (auto& mount : settings.mounts)
    if (mount.balancer.empty()) mount.balancer = only;
  if (settings.mounts.empty())
    settings.mounts.push_back({.host = {}, .path = "/", .balancer = only});
}

void check_farm(const Settings& settings, const Places& places, ErrorList& errors) {
  FarmCheck{settings, places, errors}.run();
}

}  // namespace jkproxy::config

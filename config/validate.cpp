#include <algorithm>
#include <set>

#include "config/nearest.hpp"
#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

constexpr std::size_t most_members = 64;

template <class Things>
std::vector<std::string_view> names_of(const Things& things) {
  std::vector<std::string_view> names;
  for (const auto& thing : things) names.push_back(thing.name);
  return names;
}

bool holds(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Place at(const std::map<std::string, Place>& places, const std::string& name) {
  const auto found = places.find(name);
  return found == places.end() ? Place{} : found->second;
}

void check_workers(const Settings& settings, const Places& places, ErrorList& errors) {
  if (settings.workers.empty()) errors.add({}, "no workers: name at least one under workers");
  const auto names = names_of(settings.workers);
  std::map<std::string, std::string> routes;
  for (const auto& worker : settings.workers) {
    const auto place = at(places.workers, worker.name);
    const auto [first, is_new] = routes.try_emplace(worker.route, worker.name);
    if (!is_new)
      errors.add(place, "workers." + worker.name + ": the route " + quoted(worker.route) +
                            " is that of worker " + first->second + " already");
    if (worker.redirect == worker.name)
      errors.add(place, "workers." + worker.name + ".redirect: is the worker itself: name another");
    if (!worker.redirect.empty() && !holds(names, worker.redirect))
      errors.add(place, "workers." + worker.name + ".redirect: no worker is called " +
                            quoted(worker.redirect) + ": " + hint(worker.redirect, names));
  }
}

void check_balancers(const Settings& settings, const Places& places, ErrorList& errors) {
  const auto names = names_of(settings.workers);
  std::set<std::string> members;
  for (const auto& balancer : settings.balancers) {
    const auto place = at(places.balancers, balancer.name);
    const auto what = "balancers." + balancer.name;
    if (places.has_balancers && balancer.workers.empty())
      errors.add(place, what + " has no workers");
    if (balancer.workers.size() > most_members)
      errors.add(place, what + " has more than 64 workers");
    std::set<std::string> own;
    for (const auto& worker : balancer.workers) {
      if (!holds(names, worker))
        errors.add(place,
                   what + ": no worker is called " + quoted(worker) + ": " + hint(worker, names));
      if (!own.insert(worker).second)
        errors.add(place, what + " names " + quoted(worker) + " twice");
      members.insert(worker);
    }
  }
  for (const auto& worker : settings.workers)
    if (!members.contains(worker.name))
      errors.add(at(places.workers, worker.name),
                 "worker " + worker.name + " is in no balancer: add it to one, or take it out");
}

void check_mounts(const Settings& settings, const Places& places, ErrorList& errors) {
  const auto names = names_of(settings.balancers);
  std::set<std::pair<std::string, std::string>> seen;
  if (places.mounts.empty() && settings.balancers.size() > 1)
    errors.add({}, "several balancers and no mounts: say under mounts which path goes where");
  for (std::size_t i = 0; i < places.mounts.size(); ++i) {
    const auto& mount = settings.mounts[i];
    if (mount.balancer.empty())
      errors.add(places.mounts[i], "mounts.balancer is missing: " + hint("", names));
    else if (!holds(names, mount.balancer))
      errors.add(places.mounts[i], "no balancer is called " + quoted(mount.balancer) + ": " +
                                       hint(mount.balancer, names));
    if (!seen.emplace(mount.host, mount.path).second)
      errors.add(places.mounts[i], "a mount of this host and path stands above already");
  }
}

void check_listeners(const Settings& settings, const Places& places, ErrorList& errors) {
  if (settings.listeners.empty()) errors.add({}, "no listeners: name at least one under listeners");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < settings.listeners.size(); ++i) {
    const auto& bind = settings.listeners[i].bind;
    const bool any_port = !bind.is_unix() && bind.port == 0;
    if (!any_port && !seen.insert(to_text(bind)).second)
      errors.add(i < places.listeners.size() ? places.listeners[i] : Place{},
                 "a listener on " + to_text(bind) + " stands above already");
  }
  if (settings.status && seen.contains(to_text(settings.status->bind)))
    errors.add({}, "status.bind: a listener on " + to_text(settings.status->bind) +
                       " is there already: choose another port");
}

}  // namespace

void fill_in(Settings& settings, const Places& places) {
  if (!places.has_balancers) {
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

void validate(const Settings& settings, const Places& places, ErrorList& errors) {
  check_listeners(settings, places, errors);
  check_workers(settings, places, errors);
  check_balancers(settings, places, errors);
  check_mounts(settings, places, errors);
}

}  // namespace jkproxy::config

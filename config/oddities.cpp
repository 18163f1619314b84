// What works but is probably not meant.

#include <algorithm>
#include <map>
#include <set>

#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

void find_unused(const Settings& settings, const Places& places, ErrorList& warnings) {
  std::set<std::string_view> members;
  for (const auto& balancer : settings.balancers)
    members.insert(balancer.workers.begin(), balancer.workers.end());
  for (std::size_t i = 0; i < places.workers.size(); ++i)
    if (!members.contains(settings.workers[i].name))
      warnings.add(places.workers[i].name, "workers." + settings.workers[i].name +
                                               " is in no balancer and gets no requests");
  std::set<std::string_view> mounted;
  for (const auto& mount : settings.mounts) mounted.insert(mount.balancer);
  for (std::size_t i = 0; i < places.balancers.size(); ++i)
    if (!mounted.contains(settings.balancers[i].name))
      warnings.add(places.balancers[i].name, "balancers." + settings.balancers[i].name +
                                                 " has no mount and gets no requests");
}

void find_closed(const Settings& settings, const Places& places, ErrorList& warnings) {
  std::set<std::string_view> active;
  for (const auto& worker : settings.workers)
    if (worker.activation == Activation::active) active.insert(worker.name);
  for (std::size_t i = 0; i < settings.balancers.size(); ++i) {
    const auto& names = settings.balancers[i].workers;
    const auto is_active = [&](const std::string& name) { return active.contains(name); };
    if (std::any_of(names.begin(), names.end(), is_active)) continue;
    const auto place =
        i < places.balancers.size() ? places.balancers[i].name : places.workers_section.place;
    warnings.add(place, "balancer " + settings.balancers[i].name +
                            " has no active worker: nobody can begin a session");
  }
}

void find_same_address(const Settings& settings, const Places& places, ErrorList& warnings) {
  std::map<std::string, std::string_view> addresses;
  for (std::size_t i = 0; i < places.workers.size(); ++i) {
    const auto& worker = settings.workers[i];
    const auto [first, is_new] = addresses.try_emplace(to_text(worker.address), worker.name);
    if (!is_new)
      warnings.add(places.workers[i].address.value_or(places.workers[i].name),
                   "workers." + worker.name + ".url: " + to_text(worker.address) + " is worker " +
                       std::string{first->second} + " as well, and one Tomcat has one jvmRoute");
  }
}

}  // namespace

void find_oddities(const Settings& settings, const Places& places, ErrorList& warnings) {
  find_unused(settings, places, warnings);
  find_closed(settings, places, warnings);
  find_same_address(settings, places, warnings);
}

}  // namespace jkproxy::config

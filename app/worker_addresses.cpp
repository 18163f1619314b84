#include "app/worker_addresses.hpp"

#include <algorithm>

namespace jkproxy::app {

bool WorkerAddresses::learn(routing::WorkerId worker, const std::vector<routing::Address>& found) {
  const auto known = address(worker);
  if (known && std::find(found.begin(), found.end(), *known) != found.end()) return false;
  addresses_[worker] = found.front();
  return true;
}

bool WorkerAddresses::lose(routing::WorkerId worker) {
  if (sharing(worker).empty()) return false;
  addresses_.erase(worker);
  return true;
}

std::optional<routing::Address> WorkerAddresses::address(routing::WorkerId worker) const {
  const auto found = addresses_.find(worker);
  if (found == addresses_.end()) return std::nullopt;
  return found->second;
}

std::vector<routing::WorkerId> WorkerAddresses::sharing(routing::WorkerId worker) const {
  std::vector<routing::WorkerId> others;
  const auto own = address(worker);
  if (!own) return others;
  for (const auto& [other, address] : addresses_)
    if (other != worker && address == *own) others.push_back(other);
  return others;
}

}  // namespace jkproxy::app

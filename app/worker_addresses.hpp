#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "routing/address.hpp"
#include "routing/worker_runtime.hpp"

namespace jkproxy::app {

// What the names of workers were last found to mean. Control thread.
class WorkerAddresses {
 public:
  // `found` holds at least one address. The one we have stays if it is among them; otherwise the
  // first counts. True: it is a new one.
  bool learn(routing::WorkerId worker, const std::vector<routing::Address>& found);

  // The name does not exist (any more). Its address stays, since a name server may forget what
  // still runs, unless another worker is at it: the address of a container that ended goes to the
  // next one that starts. True: it is forgotten.
  bool lose(routing::WorkerId worker);

  std::optional<routing::Address> address(routing::WorkerId worker) const;

  // The others that are taken to be at this worker's address.
  std::vector<routing::WorkerId> sharing(routing::WorkerId worker) const;

 private:
  std::unordered_map<routing::WorkerId, routing::Address> addresses_;
};

}  // namespace jkproxy::app

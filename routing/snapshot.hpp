#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "routing/mount_table.hpp"
#include "routing/worker_runtime.hpp"

namespace jkproxy::routing {

// One Tomcat: what the configuration says, and what the threads share about it.
struct Worker {
  config::WorkerSettings settings;
  std::shared_ptr<WorkerRuntime> runtime;

  WorkerId id() const { return runtime->id; }
};

// A named group of workers with its stickiness and method.
struct Balancer {
  struct Member {
    const Worker* worker = nullptr;
    std::uint64_t lb_mult = 1;  // least common multiple of all factors / own factor (mod_jk)
  };

  config::BalancerSettings settings;
  std::vector<Member> members;

  // Index of the member whose jvmRoute this is; case-sensitive.
  std::optional<std::size_t> member_of_route(std::string_view route) const;
};

// Settings made ready for the data path. Immutable; read by every thread through its own
// shared_ptr. Exchanges under way keep the one that they began with.
struct Snapshot {
  config::Settings settings;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<Balancer> balancers;
  MountTable mounts;
  bool sends_proxy_headers = false;  // some worker gets them

  // The worker of this id, or null: a reload took it away.
  const Worker* worker(WorkerId id) const;
};

// A balancer's members are told apart by the bits of a 64-bit number.
inline constexpr std::size_t most_members = 64;

// Throws std::invalid_argument for settings that did not pass validation: unknown names, too many
// members.
// `previous` (may be null) lends the runtime of workers whose name and address are unchanged.
std::shared_ptr<const Snapshot> build_snapshot(const config::Settings& settings,
                                               const Snapshot* previous);

}  // namespace jkproxy::routing

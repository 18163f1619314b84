#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "routing/snapshot.hpp"

namespace jkproxy::routing {

// mod_jk's election among members that take new sessions (active; ok, or to be probed): the nearest
// distance first, then the lowest lb_value; ties rotate from `offset`, which becomes the index
// behind the winner. `excluded`: bit per member.
std::optional<std::size_t> elect(const Balancer& balancer, std::uint64_t excluded,
                                 std::size_t& offset);

// The same election among the members whose bit is set, whatever their state.
std::optional<std::size_t> elect_among(const Balancer& balancer, std::uint64_t eligible,
                                       std::size_t& offset);

// Method by_requests: every attempt adds lb_mult, sticky ones and retries too. Factors 2:3 give
// A B B A B.
void count_request(const Balancer::Member& member);

// Halves every lb_value; once a minute (mod_jk: worker.maintain). Control thread.
void decay(const Snapshot& snapshot);

// A worker that comes back starts at the highest lb_value of its balancers, so that it is not
// flooded. Control thread.
void raise_to_highest(const Snapshot& snapshot, const Worker& worker);

}  // namespace jkproxy::routing

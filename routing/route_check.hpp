#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "routing/snapshot.hpp"

namespace jkproxy::routing {

// How the route of a session fits the worker that made it. Anything but `own` is a mistake in that
// Tomcat's server.xml, or in our file, and costs users their sessions.
enum class RouteFit : std::uint8_t {
  own,      // the worker's
  missing,  // none: the Tomcat has no jvmRoute
  unknown,  // of no worker of the balancer
  others,   // of another worker of the balancer
};

// `session_id` is the one that `maker` sets a cookie for. Where it is the only worker, no route is
// needed.
RouteFit judge_route(const Balancer& balancer, const Worker& maker, std::string_view session_id);

// What is wrong, what comes of it and what to do, in one line. Not for `own`.
std::string route_remedy(RouteFit fit, const Balancer& balancer, const Worker& maker,
                         std::string_view session_id);

}  // namespace jkproxy::routing

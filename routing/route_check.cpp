#include "routing/route_check.hpp"

#include "routing/session_route.hpp"

namespace jkproxy::routing {

namespace {

constexpr std::size_t longest_shown = 64;

// A worker's bytes, fit for a log line.
std::string shown(std::string_view route) {
  std::string text{route.substr(0, longest_shown)};
  for (char& character : text)
    if (character < ' ' || character > '~') character = '?';
  return '"' + text + '"';
}

std::string in_server_xml(const Worker& maker) {
  return "set <Engine jvmRoute=\"" + maker.settings.route + "\"> in that Tomcat's conf/server.xml";
}

std::string known_to_nobody(const Worker& maker, const std::string& route) {
  return "sets sessions of the route " + route +
         ", which no worker of its balancer has: each will look as if its Tomcat had died. " +
         "Remedy: " + in_server_xml(maker) + ", or `route: " + route + "` at this worker";
}

std::string known_to_another(const Worker& maker, const std::string& route,
                             const std::string& other) {
  return "sets sessions of the route " + route + ", which is worker " + other +
         "'s: its next requests go there and find no session. Remedy: " + in_server_xml(maker) +
         ", or correct the two workers' `url`";
}

}  // namespace

RouteFit judge_route(const Balancer& balancer, const Worker& maker, std::string_view session_id) {
  const auto route = route_of(session_id);
  if (!route) return balancer.members.size() > 1 ? RouteFit::missing : RouteFit::own;
  if (*route == maker.settings.route) return RouteFit::own;
  return balancer.member_of_route(*route) ? RouteFit::others : RouteFit::unknown;
}

std::string route_remedy(RouteFit fit, const Balancer& balancer, const Worker& maker,
                         std::string_view session_id) {
  const auto route = route_of(session_id).value_or(std::string_view{});
  switch (fit) {
    case RouteFit::own: return {};
    case RouteFit::missing:
      return "sets sessions without a route, so their requests go to any worker. Remedy: " +
             in_server_xml(maker);
    case RouteFit::unknown: return known_to_nobody(maker, shown(route));
    case RouteFit::others: {
      const auto other = balancer.member_of_route(route).value();
      return known_to_another(maker, shown(route), balancer.members[other].worker->settings.name);
    }
  }
  return {};
}

}  // namespace jkproxy::routing

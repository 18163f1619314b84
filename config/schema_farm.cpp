// workers and balancers.

#include <array>

#include "config/endpoint.hpp"
#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::array<std::pair<std::string_view, Activation>, 3> activations{
    {{"active", Activation::active},
     {"disabled", Activation::disabled},
     {"stopped", Activation::stopped}}};
constexpr std::array<std::pair<std::string_view, LbMethod>, 1> methods{
    {{"by_requests", LbMethod::by_requests}}};

constexpr std::array<std::pair<std::string_view, SendProxy>, 3> proxy_versions{
    {{"none", SendProxy::none}, {"v1", SendProxy::v1}, {"v2", SendProxy::v2}}};

constexpr std::string_view token_letters =
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

}  // namespace

Parsed<std::string> parse_name(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
  if (text.empty() || text.size() > 64 || text.find_first_not_of(letters) != std::string_view::npos)
    return Wrong{quoted(text) + " is no name: use 1 to 64 letters, digits, _, - and ."};
  return std::string{text};
}

// What Tomcat's jvmRoute may be so that msm keeps the session.
Parsed<std::string> parse_route(std::string_view text) {
  if (text.find('.') != std::string_view::npos)
    return Wrong{quoted(text) +
                 " holds a dot: memcached-session-manager does not back up sessions "
                 "whose jvmRoute has one; use - instead"};
  if (text.empty() || text.size() > 64 ||
      text.find_first_not_of(token_letters) != std::string_view::npos)
    return Wrong{quoted(text) + " cannot be a jvmRoute: use letters, digits, - and _"};
  return std::string{text};
}

namespace {

Parsed<std::string> parse_cookie_name(std::string_view text) {
  if (text.empty() || text.find_first_not_of(token_letters) != std::string_view::npos)
    return Wrong{quoted(text) +
                 " is no cookie name (RFC 6265 4.1.1): use letters, digits, - and _"};
  return std::string{text};
}

// HTTP/2 would pass by every rule that we hold HTTP/1.1 to.
Parsed<std::string> parse_upgrade(std::string_view text) {
  if (text.empty() || text.find_first_not_of(token_letters) != std::string_view::npos)
    return Wrong{quoted(text) + " is no protocol name: write websocket"};
  std::string protocol{text};
  for (char& c : protocol)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (protocol == "h2c")
    return Wrong{"h2c is never tunnelled: HTTP/2 would reach the worker unchecked"};
  return protocol;
}

void read_upgrade(Section& section, BalancerSettings& balancer) {
  std::vector<std::string> protocols;
  const bool given = section.list("upgrade", [&](const Node& item) {
    auto protocol = parse_upgrade(item.text);
    const auto* wrong = std::get_if<Wrong>(&protocol);
    if (wrong != nullptr) return section.errors().add(item.place, "upgrade: " + wrong->why);
    protocols.push_back(std::get<std::string>(std::move(protocol)));
  });
  if (given) balancer.upgrade = std::move(protocols);
}

Parsed<std::string> parse_check_path(std::string_view text) {
  for (const char c : text)
    if (c <= ' ' || c == 0x7f || c == '#')
      return Wrong{quoted(text) + " holds a blank, a # or a control character"};
  if (!text.starts_with('/')) return Wrong{quoted(text) + " must begin with /"};
  return std::string{text};
}

Parsed<StatusRange> parse_status_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto from = parse_number(text.substr(0, dash), 100, 599);
  const auto to =
      dash == std::string_view::npos ? from : parse_number(text.substr(dash + 1), 100, 599);
  const auto* least = std::get_if<int>(&from);
  const auto* most = std::get_if<int>(&to);
  if (least == nullptr || most == nullptr || *least > *most)
    return Wrong{quoted(text) + " is no range of status codes: write 200-399 or 200"};
  return StatusRange{.from = *least, .to = *most};
}

bool is_name(const Node::Entry& entry, ErrorList& errors) {
  const auto name = parse_name(entry.key);
  const auto* wrong = std::get_if<Wrong>(&name);
  if (wrong != nullptr) errors.add(entry.place, wrong->why);
  return wrong == nullptr;
}

// The route as given, else the worker's name.
Spot read_route(Section& section, const Node::Entry& entry, bool has_name, std::string& into) {
  const Node* given = section.value("route", into, parse_route);
  if (given != nullptr) return given->place;
  into = entry.key;
  if (section.has("route") || !has_name) return std::nullopt;
  const auto route = parse_route(entry.key);
  const auto* wrong = std::get_if<Wrong>(&route);
  if (wrong == nullptr) return entry.place;
  section.errors().add(entry.place,
                       "workers." + entry.key + ": the name is the route too: " + wrong->why);
  return std::nullopt;
}

Spot spot_of(const Node* node) {
  return node == nullptr ? Spot{} : Spot{node->place};
}

void read_worker(const Node::Entry& entry, Settings& settings, Places& places, ErrorList& errors) {
  Section section{entry.value, "workers." + entry.key, errors};
  WorkerSettings worker;
  worker.name = entry.key;
  Places::Worker place;
  place.name = entry.place;
  const bool has_name = is_name(entry, errors);
  section.require("url");
  const Node* url = section.value("url", worker.address, parse_worker_url);
  if (url != nullptr) worker.url = url->text;
  place.address = spot_of(url);
  place.route = read_route(section, entry, has_name, worker.route);
  section.number("factor", worker.factor, 1, 100);
  section.choice("activation", worker.activation, activations);
  section.text("domain", worker.domain);
  section.number("distance", worker.distance, 0, 100);
  place.redirect = spot_of(section.text("redirect", worker.redirect));
  section.choice("send_proxy", worker.send_proxy, proxy_versions);
  section.done();
  if (section.is_misspelt("route")) place.route = std::nullopt;
  if (entry.is_duplicate) return;
  settings.workers.push_back(std::move(worker));
  places.workers.push_back(place);
}

void read_health_check(Section& section, HealthCheckSettings& check) {
  section.require("path");
  section.value("path", check.path, parse_check_path);
  section.duration("interval", check.interval, {.least = milliseconds{10}, .most = hours{1}});
  section.duration("timeout", check.timeout, {.least = milliseconds{10}, .most = hours{1}});
  section.number("fall", check.fall, 1, 100);
  section.number("rise", check.rise, 1, 100);
  section.value("status", check.status, parse_status_range);
}

void read_members(Section& section, BalancerSettings& balancer, Places::Balancer& place) {
  section.require("workers");
  section.list("workers", [&](const Node& item) {
    if (item.kind != Node::Kind::scalar) {
      place.is_whole = false;
      if (item.kind != Node::Kind::broken)
        section.errors().add(item.place, "balancers." + balancer.name +
                                             ".workers: a worker's name is expected, not " +
                                             std::string{to_text(item.kind)});
      return;
    }
    balancer.workers.push_back(item.text);
    place.members.push_back(item.place);
  });
  const auto* list = section.entry("workers");
  if (list != nullptr && list->value.kind == Node::Kind::list) place.list = list->value.place;
  if (!place.list) place.is_whole = false;
}

void read_balancer(const Node::Entry& entry, Settings& settings, Places& places,
                   ErrorList& errors) {
  Section section{entry.value, "balancers." + entry.key, errors};
  BalancerSettings balancer;
  balancer.name = entry.key;
  Places::Balancer place;
  place.name = entry.place;
  is_name(entry, errors);
  read_members(section, balancer, place);
  section.choice("method", balancer.method, methods);
  section.section("sticky_session", [&](Section& sticky) {
    sticky.value("cookie", balancer.sticky_session.cookie, parse_cookie_name);
    sticky.value("path_parameter", balancer.sticky_session.path_parameter, parse_cookie_name);
    sticky.boolean("force", balancer.sticky_session.force);
  });
  section.section("takeover", [&](Section& takeover) {
    takeover.duration("wait", balancer.takeover.wait,
                      {.least = milliseconds{10}, .most = hours{1}});
    takeover.duration("remember", balancer.takeover.remember);
  });
  section.duration("connect_timeout", balancer.connect_timeout);
  section.duration("response_timeout", balancer.response_timeout);
  section.duration("idle_timeout", balancer.idle_timeout);
  section.duration("recover_time", balancer.recover_time);
  read_upgrade(section, balancer);
  section.duration("tunnel_timeout", balancer.tunnel_timeout);
  section.section("health_check", [&](Section& check) {
    read_health_check(check, balancer.health_check.emplace());
  });
  section.done();
  if (entry.is_duplicate) return;
  settings.balancers.push_back(std::move(balancer));
  places.balancers.push_back(std::move(place));
}

}  // namespace

void read_workers(Section& root, Settings& settings, Places& places) {
  root.require("workers");
  root.named("workers", [&](const Node::Entry& entry) {
    read_worker(entry, settings, places, root.errors());
  });
}

void read_balancers(Section& root, Settings& settings, Places& places) {
  root.named("balancers", [&](const Node::Entry& entry) {
    read_balancer(entry, settings, places, root.errors());
  });
}

}  // namespace jkproxy::config

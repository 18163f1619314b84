// Listeners, mounts, status, logs, limits: all but workers and balancers.

#include <algorithm>
#include <array>

#include "config/endpoint.hpp"
#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

using std::chrono::milliseconds;

constexpr std::array<std::pair<std::string_view, LogLevel>, 4> levels{
    {{"debug", LogLevel::debug},
     {"info", LogLevel::info},
     {"warning", LogLevel::warning},
     {"error", LogLevel::error}}};
constexpr std::array<std::pair<std::string_view, AccessLogFormat>, 1> formats{
    {{"combined", AccessLogFormat::combined}}};

Parsed<std::string> parse_mount_path(std::string_view text) {
  if (!text.starts_with('/')) return Wrong{quoted(text) + " must begin with /"};
  if (text.find_first_of("*?#; %\\") != std::string_view::npos)
    return Wrong{quoted(text) +
                 " is no plain path: no *, ?, #, ;, %, \\ or blank; /share stands for "
                 "/share and all below it"};
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  if (text.find("//") != std::string_view::npos ||
      (std::string{text} + "/").find("/./") != std::string::npos ||
      (std::string{text} + "/").find("/../") != std::string::npos)
    return Wrong{quoted(text) + " holds an empty segment, . or .."};
  return std::string{text};
}

Parsed<std::string> parse_mount_host(std::string_view text) {
  std::string host{text};
  for (char& c : host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (host.ends_with('.')) host.pop_back();
  const bool has_brackets = host.starts_with('[') && host.ends_with(']');
  const bool good = has_brackets ? is_v6(host.substr(1, host.size() - 2))
                                 : !host.empty() && host_kind(host) != HostKind::wrong;
  if (!good)
    return Wrong{quoted(text) + " is no host name: write it without scheme, port or wildcard"};
  return host;
}

// No field that means something else to Tomcat or to us ends so.
Parsed<std::string> parse_id_field(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
  if (text == "none") return std::string{};
  const auto end = text.substr(text.size() - std::min<std::size_t>(text.size(), 2));
  const bool ends_in_id = end.size() == 2 && (end[0] | ' ') == 'i' && (end[1] | ' ') == 'd';
  if (!ends_in_id || text.size() > 64 || text.find_first_not_of(letters) != std::string_view::npos)
    return Wrong{quoted(text) +
                 " is no name of a field for an id: use letters, digits and -, and ID at the end, "
                 "such as X-Request-ID; or none"};
  return std::string{text};
}

void read_mount(const Node& item, Settings& settings, Places& places, ErrorList& errors) {
  Section section{item, "mounts", errors};
  MountSettings mount;
  Places::Mount place;
  place.mount = item.place;
  section.require("path");
  const Node* path = section.value("path", mount.path, parse_mount_path);
  const Node* host = section.value("host", mount.host, parse_mount_host);
  const Node* balancer = section.text("balancer", mount.balancer);
  section.done();
  const bool every_host = !section.has("host") && !section.is_misspelt("host");
  if (path != nullptr && (host != nullptr || every_host)) place.where = path->place;
  if (balancer != nullptr) place.balancer = balancer->place;
  place.lacks_balancer =
      item.kind == Node::Kind::map && !section.has("balancer") && !section.is_misspelt("balancer");
  places.mounts.push_back(place);
  settings.mounts.push_back(std::move(mount));
}

constexpr int most_connections = 10'000'000;

// `what`: how messages call the key.
void read_networks(Section& section, std::string_view key, const std::string& what,
                   std::vector<Network>& into) {
  section.list(key, [&](const Node& item) {
    if (item.kind == Node::Kind::broken) return;
    auto network = parse_network(item.text);
    if (const auto* wrong = std::get_if<Wrong>(&network))
      section.errors().add(item.place, what + ": " + wrong->why);
    else
      into.push_back(std::get<Network>(std::move(network)));
  });
}

void read_listeners(Section& root, Settings& settings, Places& places) {
  root.require("listeners");
  root.list("listeners", [&](const Node& item) {
    Section section{item, "listeners", root.errors()};
    ListenerSettings listener;
    section.require("bind");
    const Node* bind = section.value("bind", listener.bind, parse_bind);
    section.number("connections", listener.connections, 0, most_connections);
    read_networks(section, "proxy_protocol", "listeners.proxy_protocol", listener.proxy_protocol);
    section.done();
    places.listeners.push_back(bind == nullptr ? Spot{} : Spot{bind->place});
    settings.listeners.push_back(std::move(listener));
  });
}

void read_limits(Section& limits, LimitSettings& into) {
  const Node* line = limits.size("request_line", into.request_line, 256, 48UL * 1024);
  const Node* head = limits.size("head", into.head, 1024, 48UL * 1024);
  limits.size("fields", into.fields, 8, 1000);
  limits.size("response_head", into.response_head, 1024, 64UL * 1024);
  limits.size("replay_body", into.replay_body, 0, 1024UL * 1024);
  limits.size("replay_memory", into.replay_memory, 0, std::uint64_t{1} << 40);
  limits.size("body_rate", into.body_rate, 0, 1024UL * 1024 * 1024);
  limits.number("requests_per_connection", into.requests_per_connection, 0, 1'000'000'000);
  limits.number("connections", into.connections, 0, most_connections);
  limits.number("connections_per_client", into.connections_per_client, 0, most_connections);
  if (head != nullptr && !limits.has("request_line"))
    into.request_line = std::min(into.request_line, into.head);
  const bool head_is_known = head != nullptr || !limits.has("head");
  if (line == nullptr || !head_is_known || into.request_line <= into.head) return;
  limits.errors().add(line->place, "limits.request_line: " + size_text(into.request_line) +
                                       " is more than limits.head, " + size_text(into.head) +
                                       (head == nullptr ? " by default" : "") +
                                       ", which holds the request line too: raise limits.head");
}

}  // namespace

void read_service(Section& root, Settings& settings, Places& places) {
  read_listeners(root, settings, places);
  root.list("mounts", [&](const Node& item) { read_mount(item, settings, places, root.errors()); });
  root.section("status", [&](Section& status) {
    settings.status.emplace();
    status.require("bind");
    const Node* bind = status.value("bind", settings.status->bind, parse_bind);
    if (bind != nullptr) places.status = bind->place;
  });
  read_networks(root, "trusted_proxies", "trusted_proxies", settings.trusted_proxies);
  root.value("request_id", settings.request_id, parse_id_field);
  root.section("access_log", [&](Section& log) {
    log.require("file");
    log.text("file", settings.access_log.file);
    log.choice("format", settings.access_log.format, formats);
  });
  root.section("log", [&](Section& log) {
    log.text("file", settings.log.file);
    log.choice("level", settings.log.level, levels);
  });
  root.section("limits", [&](Section& limits) { read_limits(limits, settings.limits); });
  root.section("client_timeouts", [&](Section& timeouts) {
    timeouts.duration("head", settings.client_timeouts.head);
    timeouts.duration("body", settings.client_timeouts.body);
    timeouts.duration("keep_alive", settings.client_timeouts.keep_alive);
  });
  root.duration("shutdown_timeout", settings.shutdown_timeout, {.least = milliseconds{0}});
  root.number("threads", settings.threads, 0, 256);
}

}  // namespace jkproxy::config

// Listeners, mounts, status, logs, limits: all but workers and balancers.

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
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]";
  if (host.empty() || host.find_first_not_of(letters) != std::string::npos ||
      (host.find(':') != std::string::npos && !host.starts_with('[')))
    return Wrong{quoted(text) + " is no host name: write it without scheme, port or wildcard"};
  return host;
}

void read_mounts(Section& root, Settings& settings, Places& places, ErrorList& errors) {
  root.list("mounts", [&](const Node& item) {
    Section section{item, "mounts", errors};
    MountSettings mount;
    section.require("path");
    section.value("path", mount.path, parse_mount_path);
    section.value("host", mount.host, parse_mount_host);
    section.text("balancer", mount.balancer);
    section.done();
    places.mounts.push_back(item.place);
    settings.mounts.push_back(std::move(mount));
  });
}

void read_listeners(Section& root, Settings& settings, Places& places, ErrorList& errors) {
  root.require("listeners");
  root.list("listeners", [&](const Node& item) {
    Section section{item, "listeners", errors};
    ListenerSettings listener;
    section.require("bind");
    section.value("bind", listener.bind, parse_bind);
    section.done();
    places.listeners.push_back(item.place);
    settings.listeners.push_back(std::move(listener));
  });
}

void read_trusted(Section& root, Settings& settings, ErrorList& errors) {
  root.list("trusted_proxies", [&](const Node& item) {
    auto network = parse_network(item.text);
    if (const auto* wrong = std::get_if<Wrong>(&network))
      errors.add(item.place, "trusted_proxies: " + wrong->why);
    else
      settings.trusted_proxies.push_back(std::get<Network>(std::move(network)));
  });
}

void read_limits(Section& limits, LimitSettings& into) {
  limits.size("request_line", into.request_line, 256, 48UL * 1024);
  limits.size("head", into.head, 1024, 48UL * 1024);
  limits.size("fields", into.fields, 8, 1000);
  limits.size("replay_body", into.replay_body, 0, 1024UL * 1024);
}

}  // namespace

void read_service(Section& root, Settings& settings, Places& places) {
  auto& errors = root.errors();
  read_listeners(root, settings, places, errors);
  read_mounts(root, settings, places, errors);
  root.section("status", [&](Section& status) {
    settings.status.emplace();
    status.require("bind");
    status.value("bind", settings.status->bind, parse_bind);
  });
  read_trusted(root, settings, errors);
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

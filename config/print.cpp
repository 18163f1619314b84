#include <string>

#include "config/duration.hpp"
#include "config/load.hpp"
#include "config/size.hpp"

namespace jkproxy::config {

namespace {

// In double quotes, as YAML reads it back, `${` kept from being filled in.
std::string yaml_text(std::string_view text) {
  std::string quoted_text = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' || text[i] == '\\') quoted_text += '\\';
    if (text.substr(i).starts_with("${")) quoted_text += '$';
    quoted_text += text[i];
  }
  return quoted_text + "\"";
}

class Writer {
 public:
  Writer& key(int depth, std::string_view name) {
    text_.append(static_cast<std::size_t>(depth) * 2, ' ').append(name).append(":");
    return *this;
  }
  void end(std::string_view value = "") {
    if (!value.empty()) text_.append(" ").append(value);
    text_ += '\n';
  }
  void put(int depth, std::string_view name, std::string_view value) {
    key(depth, name).end(value);
  }
  void quote(int depth, std::string_view name, std::string_view value) {
    put(depth, name, yaml_text(value));
  }
  void item(int depth, std::string_view value) {
    text_.append(static_cast<std::size_t>(depth) * 2, ' ').append("- ").append(value) += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string list_text(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + yaml_text(item);
  return "[" + text + "]";
}

std::string list_text(const std::vector<Network>& networks) {
  std::vector<std::string> texts;
  texts.reserve(networks.size());
  for (const auto& network : networks) texts.push_back(network.text);
  return list_text(texts);
}

void print_worker(Writer& out, const WorkerSettings& worker) {
  out.key(1, yaml_text(worker.name)).end();
  out.quote(2, "url", worker.url);
  out.quote(2, "route", worker.route);
  out.put(2, "factor", std::to_string(worker.factor));
  out.put(2, "activation", to_text(worker.activation));
  if (!worker.domain.empty()) out.quote(2, "domain", worker.domain);
  out.put(2, "distance", std::to_string(worker.distance));
  if (!worker.redirect.empty()) out.quote(2, "redirect", worker.redirect);
  out.put(2, "send_proxy", to_text(worker.send_proxy));
}

void print_health_check(Writer& out, const HealthCheckSettings& check) {
  out.key(2, "health_check").end();
  out.quote(3, "path", check.path);
  out.put(3, "interval", duration_text(check.interval));
  out.put(3, "timeout", duration_text(check.timeout));
  out.put(3, "fall", std::to_string(check.fall));
  out.put(3, "rise", std::to_string(check.rise));
  out.put(3, "status", std::to_string(check.status.from) + "-" + std::to_string(check.status.to));
}

void print_balancer(Writer& out, const BalancerSettings& balancer) {
  out.key(1, yaml_text(balancer.name)).end();
  out.put(2, "workers", list_text(balancer.workers));
  out.put(2, "method", "by_requests");
  out.key(2, "sticky_session").end();
  out.quote(3, "cookie", balancer.sticky_session.cookie);
  out.quote(3, "path_parameter", balancer.sticky_session.path_parameter);
  out.put(3, "force", balancer.sticky_session.force ? "true" : "false");
  out.key(2, "takeover").end();
  out.put(3, "wait", duration_text(balancer.takeover.wait));
  out.put(3, "remember", duration_text(balancer.takeover.remember));
  out.put(2, "connect_timeout", duration_text(balancer.connect_timeout));
  out.put(2, "response_timeout", duration_text(balancer.response_timeout));
  out.put(2, "idle_timeout", duration_text(balancer.idle_timeout));
  out.put(2, "recover_time", duration_text(balancer.recover_time));
  out.put(2, "upgrade", list_text(balancer.upgrade));
  out.put(2, "tunnel_timeout", duration_text(balancer.tunnel_timeout));
  if (balancer.health_check) print_health_check(out, *balancer.health_check);
}

void print_mounts(Writer& out, const std::vector<MountSettings>& mounts) {
  out.key(0, "mounts").end();
  for (const auto& mount : mounts) {
    out.quote(1, "- path", mount.path);
    if (!mount.host.empty()) out.quote(2, "host", mount.host);
    out.quote(2, "balancer", mount.balancer);
  }
}

void print_limits(Writer& out, const LimitSettings& limits) {
  out.key(0, "limits").end();
  out.put(1, "request_line", size_text(limits.request_line));
  out.put(1, "head", size_text(limits.head));
  out.put(1, "fields", std::to_string(limits.fields));
  out.put(1, "response_head", size_text(limits.response_head));
  out.put(1, "replay_body", size_text(limits.replay_body));
  out.put(1, "replay_memory", size_text(limits.replay_memory));
  out.put(1, "body_rate", size_text(limits.body_rate));
  out.put(1, "requests_per_connection", std::to_string(limits.requests_per_connection));
  out.put(1, "connections", std::to_string(limits.connections));
  out.put(1, "connections_per_client", std::to_string(limits.connections_per_client));
}

void print_service(Writer& out, const Settings& settings) {
  if (settings.status) {
    out.key(0, "status").end();
    out.quote(1, "bind", to_text(settings.status->bind));
  }
  if (!settings.trusted_proxies.empty()) out.key(0, "trusted_proxies").end();
  for (const auto& network : settings.trusted_proxies) out.item(1, yaml_text(network.text));
  out.put(0, "request_id", settings.request_id.empty() ? "none" : settings.request_id);
  if (!settings.access_log.file.empty()) {
    out.key(0, "access_log").end();
    out.quote(1, "file", settings.access_log.file);
    out.put(1, "format", "combined");
  }
  out.key(0, "log").end();
  out.quote(1, "file", settings.log.file);
  out.put(1, "level", to_text(settings.log.level));
  if (!settings.error_pages.empty()) out.key(0, "error_pages").end();
  for (const auto& page : settings.error_pages)
    out.quote(1, std::to_string(page.status), page.file);
  print_limits(out, settings.limits);
  out.key(0, "client_timeouts").end();
  out.put(1, "head", duration_text(settings.client_timeouts.head));
  out.put(1, "body", duration_text(settings.client_timeouts.body));
  out.put(1, "keep_alive", duration_text(settings.client_timeouts.keep_alive));
  out.put(0, "shutdown_timeout", duration_text(settings.shutdown_timeout));
  out.put(0, "threads", std::to_string(settings.threads));
}

}  // namespace

std::string to_yaml(const Settings& settings) {
  Writer out;
  out.key(0, "listeners").end();
  for (const auto& listener : settings.listeners) {
    out.quote(1, "- bind", to_text(listener.bind));
    out.put(2, "connections", std::to_string(listener.connections));
    if (!listener.proxy_protocol.empty())
      out.put(2, "proxy_protocol", list_text(listener.proxy_protocol));
  }
  out.key(0, "workers").end();
  for (const auto& worker : settings.workers) print_worker(out, worker);
  out.key(0, "balancers").end();
  for (const auto& balancer : settings.balancers) print_balancer(out, balancer);
  print_mounts(out, settings.mounts);
  print_service(out, settings);
  return out.take();
}

}  // namespace jkproxy::config

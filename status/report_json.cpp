#include "status/json_writer.hpp"
#include "status/report.hpp"

namespace jkproxy::status {

namespace {

void write_worker(const WorkerLine& worker, JsonWriter& json) {
  const auto& settings = worker.settings;
  json.open_object();
  json.member("name", std::string_view{settings.name});
  json.member("url", std::string_view{settings.url});
  json.member("route", std::string_view{settings.route});
  json.member("activation", routing::to_text(worker.activation));
  json.member("state", routing::to_text(worker.state));
  json.member("since_ms", worker.since.count());
  json.member("cause", std::string_view{worker.cause});
  json.member("last_check", std::string_view{worker.last_check});
  json.member("factor", settings.factor);
  json.member("distance", settings.distance);
  json.member("domain", std::string_view{settings.domain});
  json.member("redirect", std::string_view{settings.redirect});
  json.member("busy", worker.busy);
  json.member("tunnels", worker.tunnels);
  json.member("lb_value", worker.lb_value);
  json.member("elected", worker.elected);
  json.member("sessions", worker.sessions);
  json.member("answered", worker.answered);
  json.member("errors", worker.errors);
  json.member("client_errors", worker.client_errors);
  json.member("bytes_to_worker", worker.bytes_to_worker);
  json.member("bytes_from_worker", worker.bytes_from_worker);
  json.close_object();
}

void write_balancer(const Report& report, const Report::BalancerPart& balancer, JsonWriter& json) {
  json.open_object();
  json.member("name", std::string_view{balancer.name});
  json.member("method", config::to_text(balancer.method));
  json.member("sticky_session_force", balancer.sticky_session_force);
  json.key("workers");
  json.open_list();
  for (const auto member : balancer.members)
    json.value(std::string_view{report.workers[member].settings.name});
  json.close_list();
  json.close_object();
}

void write_totals(const ThreadTotals& totals, JsonWriter& json) {
  json.open_object();
  json.member("count", totals.threads);
  json.member("requests", totals.requests);
  json.member("refusals", totals.refusals);
  json.member("connections", totals.connections);
  json.member("open_connections", totals.open);
  json.member("log_lines_dropped", totals.log_lines_dropped);
  json.close_object();
}

void write_limits(const std::vector<LimitCount>& limits, JsonWriter& json) {
  json.open_object();
  for (const auto& limit : limits) json.member(limit.name, limit.met);
  json.close_object();
}

void write_takeovers(const routing::TakeoverTable::Counts& takeovers, JsonWriter& json) {
  json.open_object();
  json.member("confirmed", takeovers.confirmed);
  json.member("provisional", takeovers.provisional);
  json.member("under_way", takeovers.gates_closed);
  json.member("waiting", takeovers.waiting);
  json.close_object();
}

}  // namespace

std::string to_json(const Report& report) {
  JsonWriter json;
  json.open_object();
  json.member("version", std::string_view{report.version});
  json.member("uptime_ms", report.uptime.count());
  json.member("stopping", report.stopping);
  json.key("threads");
  write_totals(report.totals, json);
  json.key("limits");
  write_limits(report.totals.limits, json);
  json.key("takeovers");
  write_takeovers(report.takeovers, json);
  json.key("balancers");
  json.open_list();
  for (const auto& balancer : report.balancers) write_balancer(report, balancer, json);
  json.close_list();
  json.key("workers");
  json.open_list();
  for (const auto& worker : report.workers) write_worker(worker, json);
  json.close_list();
  json.close_object();
  return std::move(json).take();
}

}  // namespace jkproxy::status

#include <algorithm>
#include <array>

#include "status/report.hpp"

namespace jkproxy::status {

namespace {

using Row = std::vector<std::string>;

// mod_jk's column names; For, Check and Cause are ours.
const Row titles{"Name", "Act", "State", "For",  "D",     "F",  "V",  "Acc", "Sess",  "Err",
                 "CE",   "Wr",  "Rd",    "Busy", "Route", "RR", "Cd", "Url", "Check", "Cause"};

// "42s", "5m 3s", "2h 5m", "3d 4h": the two largest units.
std::string span_text(milliseconds span) {
  const auto seconds = std::max<std::int64_t>(0, span.count()) / 1000;
  const auto two = [](std::int64_t large, const char* unit, std::int64_t small, const char* rest) {
    return std::to_string(large) + unit + " " + std::to_string(small) + rest;
  };
  if (seconds < 60) return std::to_string(seconds) + "s";
  if (seconds < 3600) return two(seconds / 60, "m", seconds % 60, "s");
  if (seconds < 86400) return two(seconds / 3600, "h", seconds / 60 % 60, "m");
  return two(seconds / 86400, "d", seconds / 3600 % 24, "h");
}

// "17", "17K", "3M": three digits or four.
std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"", "K", "M", "G", "T"};
  std::size_t unit = 0;
  while (bytes >= 10'000 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + units[unit];
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

Row row_of(const WorkerLine& worker) {
  const auto& settings = worker.settings;
  return {settings.name,
          std::string{routing::to_text(worker.activation)},
          std::string{routing::to_text(worker.state)},
          span_text(worker.since),
          std::to_string(settings.distance),
          std::to_string(settings.factor),
          std::to_string(worker.lb_value),
          std::to_string(worker.elected),
          std::to_string(worker.sessions),
          std::to_string(worker.errors),
          std::to_string(worker.client_errors),
          bytes_text(worker.bytes_to_worker),
          bytes_text(worker.bytes_from_worker),
          std::to_string(worker.busy),
          settings.route,
          or_dash(settings.redirect),
          or_dash(settings.domain),
          settings.url,
          or_dash(worker.last_check),
          or_dash(worker.cause)};
}

void append_table(const std::vector<Row>& rows, std::string& out) {
  std::vector<std::size_t> widths(titles.size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows) {
    std::string line{" "};
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += ' ' + row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size(), ' ');
    }
    out += line + '\n';
  }
}

void append_balancer(const Report& report, const Report::BalancerPart& balancer, std::string& out) {
  out += "\nBalancer " + balancer.name + ": method " +
         std::string{config::to_text(balancer.method)} +
         (balancer.sticky_session_force ? ", sticky sessions forced" : "") + "\n";
  std::vector<Row> rows{titles};
  for (const auto member : balancer.members) rows.push_back(row_of(report.workers[member]));
  append_table(rows, out);
}

// Only those that were met.
void append_limits(const std::vector<LimitCount>& limits, std::string& out) {
  std::string met;
  for (const auto& limit : limits) {
    if (limit.met == 0) continue;
    met += (met.empty() ? "" : ", ") + std::string{limit.name} + " " + std::to_string(limit.met);
  }
  if (!met.empty()) out += "Limits met: " + met + "\n";
}

// Only where there are some.
void append_tunnels(const std::vector<WorkerLine>& workers, std::string& out) {
  std::string open;
  for (const auto& worker : workers) {
    if (worker.tunnels == 0) continue;
    open +=
        (open.empty() ? "" : ", ") + worker.settings.name + " " + std::to_string(worker.tunnels);
  }
  if (!open.empty()) out += "Tunnels: " + open + "\n";
}

}  // namespace

std::string to_plain_text(const Report& report) {
  const auto number = [](auto value) { return std::to_string(value); };
  const auto& totals = report.totals;
  const auto& takeovers = report.takeovers;
  std::string out = "jkproxy " + report.version + ", up " + span_text(report.uptime) +
                    (report.stopping ? ", stopping" : "") + "\n";
  out += "Threads: " + number(totals.threads) + ", requests " + number(totals.requests) +
         ", refused " + number(totals.refusals) + ", clients " + number(totals.open) + " of " +
         number(totals.connections) + ", log lines dropped " + number(totals.log_lines_dropped) +
         "\n";
  out += "Take-overs: under way " + number(takeovers.gates_closed) + ", waiting requests " +
         number(takeovers.waiting) + ", remembered " + number(takeovers.confirmed) +
         ", unconfirmed " + number(takeovers.provisional) + "\n";
  append_limits(totals.limits, out);
  append_tunnels(report.workers, out);
  for (const auto& balancer : report.balancers) append_balancer(report, balancer, out);
  return out;
}

}  // namespace jkproxy::status

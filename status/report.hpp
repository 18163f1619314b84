#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "routing/snapshot.hpp"
#include "routing/takeover_table.hpp"

namespace jkproxy::status {

using routing::milliseconds;
using routing::TimePoint;

// How a worker came to its state, as the control thread knows it.
struct Standing {
  routing::WorkerId worker = 0;
  std::string cause;       // empty: no change of state yet
  std::string last_check;  // empty: no health check
};

// How often a limit was met.
struct LimitCount {
  std::string_view name;  // static text
  std::uint64_t met = 0;
};

// Sums over all I/O threads.
struct ThreadTotals {
  std::size_t threads = 0;
  std::uint64_t requests = 0;
  std::uint64_t connections = 0;
  std::uint64_t open = 0;
  std::uint64_t refusals = 0;
  std::uint64_t log_lines_dropped = 0;
  std::vector<LimitCount> limits{};
};

struct WorkerLine {
  config::WorkerSettings settings;
  routing::Activation activation = routing::Activation::active;
  routing::WorkerState state = routing::WorkerState::ok;
  milliseconds since{};  // how long it has been in this state
  std::string cause;
  std::string last_check;
  std::uint32_t busy = 0;
  std::uint32_t tunnels = 0;  // of these: upgraded connections
  std::uint64_t lb_value = 0;
  std::uint64_t elected = 0;
  std::uint64_t sessions = 0;
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;
  std::uint64_t client_errors = 0;
  std::uint64_t bytes_to_worker = 0;
  std::uint64_t bytes_from_worker = 0;
};

// Values of one moment; counters are read one after the other, so sums may be off by requests that
// were under way.
struct Report {
  struct BalancerPart {
    std::string name;
    config::LbMethod method = config::LbMethod::by_requests;
    bool sticky_session_force = false;
    std::vector<std::size_t> members;  // indices into `workers`
  };

  std::string version;
  milliseconds uptime{};
  bool stopping = false;
  ThreadTotals totals;
  routing::TakeoverTable::Counts takeovers;
  std::vector<WorkerLine> workers;
  std::vector<BalancerPart> balancers;
};

// Everything that a report is made of.
struct Facts {
  const routing::Snapshot& snapshot;
  std::vector<Standing> standings;
  routing::TakeoverTable::Counts takeovers;
  ThreadTotals totals;
  std::string version;
  TimePoint started;
  TimePoint now;
  bool stopping = false;
};

Report make_report(const Facts& facts);

// One JSON object; times in milliseconds.
std::string to_json(const Report& report);

// For people and their terminals: aligned columns, in the words of mod_jk's status worker.
std::string to_plain_text(const Report& report);

}  // namespace jkproxy::status

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "routing/clock.hpp"
#include "routing/outcome.hpp"

namespace jkproxy::health {

using routing::milliseconds;
using routing::TimePoint;
using routing::WorkerState;

// How one worker is judged.
struct HealthPolicy {
  bool checked = false;               // an active check decides when it is back
  int fall = 3;                       // bad checks, or suspicious clients, in a row until error
  int rise = 1;                       // good checks in a row until ok
  milliseconds recover_time{60000};   // without a check: from error until recover
  milliseconds attempt_limit{62000};  // no attempt waits longer than this for its answer
};

// How one active check ended.
enum class CheckResult : std::uint8_t {
  good,         // an answer with a status in the range
  bad,          // another answer, or a broken one
  silent,       // nothing within the time-out
  refused,      // no connection: nobody listens
  ended,        // the kept connection, the witness, ended unannounced: its process is no more
  no_evidence,  // our own fault, or this machine was paused
};

// The worker as the control thread sees it when something happens.
struct Seen {
  WorkerState state = WorkerState::ok;
  std::uint64_t answered = 0;  // the worker's counter: an answer between two faults shows in it
  TimePoint now;
};

struct Transition {
  WorkerState to = WorkerState::ok;
  std::string_view cause;  // a phrase for log and status; never dies
  bool silent = false;     // the worker is there, but answers nothing: what waits for it may not
  bool still = false;      // in error as before: a slow answer to the probe says nothing new
};

// Decides the state of one worker by what was seen of it (picture: routing/worker_state.hpp). The
// state itself is WorkerRuntime's, because a probe is claimed elsewhere. Pure; control thread.
//
//   ok -----------------------> error : one refused connect; `fall` different clients in a row
//   whose
//                                       fresh connections broke, with no answer between; `fall` bad
//                                       checks in a row; one check's connection that ended
//                                       unannounced, even if a new process answers already
//   error, recover, probe ----> ok    : an answer; `rise` good checks in a row
//   error --------------------> recover : recover_time passed, no check
//   probe --------------------> recover : the probe says nothing, or its deadline passed
//   probe, recover -----------> error : the attempt failed
class WorkerHealth {
 public:
  explicit WorkerHealth(HealthPolicy policy) : policy_{policy} {}

  // `client` tells clients apart. Nothing: the state stays.
  std::optional<Transition> on_attempt(const Seen& seen, const routing::Attempt& attempt,
                                       std::uint64_t client);
  std::optional<Transition> on_check(const Seen& seen, CheckResult result);
  // Regularly: recover_time, and the deadline of a claimed probe.
  std::optional<Transition> on_tick(const Seen& seen);

 private:
  std::optional<Transition> on_answer(const Seen& seen, bool reused);
  std::optional<Transition> on_suspicion(const Seen& seen, std::uint64_t client);
  std::optional<Transition> on_probe_without_effect(const routing::Attempt& attempt, TimePoint now);
  std::optional<Transition> on_bad_check(const Seen& seen, CheckResult result);
  Transition fail(TimePoint now, std::string_view cause, bool silent = false);
  Transition succeed(std::string_view cause);

  HealthPolicy policy_;
  std::vector<std::uint64_t> suspects_;  // different clients in a row
  std::uint64_t answered_ = 0;           // when the first of them was seen
  int bad_checks_ = 0;
  int good_checks_ = 0;
  TimePoint error_at_;
  std::optional<TimePoint> probe_seen_at_;
};

}  // namespace jkproxy::health

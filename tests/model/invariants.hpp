#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "health/worker_health.hpp"
#include "routing/choose_worker.hpp"
#include "tests/model/facts.hpp"

namespace jkproxy::model {

struct World;
struct Visit;

// What must hold at every step. What msm itself cannot keep is recognised by what happened to that
// very key or copy, and counted; anything else that is missing is a violation.
class Invariants {
 public:
  explicit Invariants(World& world) : world_{world} {}

  // A request found no session under its key: why there is none, if that is nobody's fault.
  Cause cause_of_miss(const SessionId& key, const Visit& visit) const;

  void on_choice(RequestId id, const routing::Decision& decision);
  // The request has moved its session.
  void on_move(const BrowserRequest& request);
  // `check_began`: of the newest check of that worker.
  void on_state(int proxy, int node, const health::Transition& transition, TimePoint check_began);
  // A servlet begins.
  void on_execution(const Visit& visit);
  // An answer reached its browser. Not `none`: the session was harmed by what no proxy can save.
  Cause judge_answer(const BrowserRequest& request, const Visit& visit);
  // A request ended, by an answer or otherwise.
  void on_end(const BrowserRequest& request);

  const std::vector<std::string>& violations() const { return violations_; }
  // How many sessions were lost by each cause.
  const std::array<int, causes>& excused() const { return excused_; }

 private:
  Cause cause_of_takeover_elsewhere(const SessionId& key, const Visit& visit) const;
  bool there_is_a_better_one(std::uint32_t stem) const;
  Cause cause_of_old_copy(const Visit& visit) const;
  Cause cause_of_harm(const BrowserRequest& request, const Visit& visit, std::string& harm) const;
  static bool left_by_another_proxy(const Visit& visit);
  std::uint64_t written_by_another_proxy(const BrowserRequest& reader, int proxy) const;
  bool runs_in_old_copy(const Visit& visit) const;
  void forbid_two_workers_at_once(const Visit& visit);
  bool fell_ill_since_it_came(const Visit& visit) const;
  void bound(const BrowserRequest& request);
  void violated(const std::string& what);

  World& world_;
  std::vector<VisitId> executing_;
  std::map<std::pair<int, int>, TimePoint> found_silent_;  // proxy and worker: rightly, by a check
  std::vector<std::string> violations_;
  std::array<int, causes> excused_{};
};

}  // namespace jkproxy::model

#pragma once

#include <deque>
#include <iomanip>
#include <memory>
#include <ostream>
#include <vector>

#include "tests/model/browser.hpp"
#include "tests/model/invariants.hpp"
#include "tests/model/proxy_model.hpp"
#include "tests/model/random.hpp"
#include "tests/model/store.hpp"
#include "tests/model/tomcat.hpp"
#include "tests/model/trouble.hpp"
#include "tests/model/virtual_time.hpp"

namespace jkproxy::model {

// What a session is, apart from all its copies.
struct Session {
  std::uint64_t written = 0;         // every write that ran in any copy
  std::shared_ptr<Copy> current;     // made or loaded last
  std::uint64_t left_by_newest = 0;  // bit per worker: a request with its cookie displaced it
  bool moved_by_unknown = false;     // by a cookie that only another jkproxy knows to be old
  bool loaded = false;               // from the store, ever
  std::uint64_t old_copies = 0;      // bit per worker that it went back to for want of another
  std::uint64_t under_former_ids =
      0;                      // writes of requests that came with an id from before a log-in
  Cause split = Cause::none;  // why several requests could each load it for themselves
};

// Everything of one history.
struct World {
  explicit World(std::uint64_t seed) : trouble{trouble_of(seed)}, random{seed}, invariants{*this} {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const Trouble trouble;
  VirtualTime time;
  Random random;
  Store store;
  std::deque<Tomcat> tomcats;
  std::deque<ProxyModel> proxies;
  std::deque<Browser> browsers;
  std::deque<BrowserRequest> requests;
  std::deque<Visit> visits;
  std::deque<Session> sessions{1};  // 0: none
  Invariants invariants;
  std::uint32_t last_stem = 0;
  int faults = 0;  // that have begun or ended
  bool first_fault_is_a_kill = false;
  bool proxies_were_disturbed = false;
  bool activations_changed = false;
  bool store_may_end = false;
  std::ostream* trace = nullptr;
  int requests_under_way = 0;
  bool scripted_to_come = true;  // the script is not at its end

  // The way between two machines, or between a process and its kernel.
  Duration hop() { return random.between(Duration{20}, Duration{400}); }
  // Longer than any hop: a connection's end never overtakes what was sent before.
  Duration end_of_connection() { return random.between(Duration{400}, Duration{600}); }
  std::uint32_t new_stem() { return last_stem = static_cast<std::uint32_t>(random.bits()) | 1U; }
  // One line of the readable trace.
  template <class... Parts>
  void note(const Parts&... parts) const {
    if (trace == nullptr) return;
    const auto since = std::chrono::duration<double, std::milli>(time.now() - time.begin());
    *trace << std::fixed << std::setprecision(2) << std::setw(10) << since.count() << "  ";
    ((*trace << parts), ...) << '\n';
  }
  bool over() const { return !scripted_to_come && requests_under_way == 0; }
};

}  // namespace jkproxy::model

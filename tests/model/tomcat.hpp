#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "tests/model/facts.hpp"
#include "tests/model/store.hpp"

namespace jkproxy::model {

struct World;

// A session in the memory of a Tomcat.
struct Copy {
  SessionId id;
  Content content;
  Deficit deficit;
  int node = 0;
  std::uint32_t process = 0;
  bool valid = true;    // not logged out
  bool changed = true;  // since it was stored
  int loaded_by_proxy = 0;
  VisitId loaded_by = 0;
  bool came_back = false;  // from a key that was stored again after a take-over had removed it
  bool left = false;       // another worker has loaded the session since: this is an old copy
  int left_by_proxy = 0;   // through which proxy
  std::uint64_t mistaken_by =
      0;                       // bit per proxy that saw an earlier process here end, not this one
  std::uint64_t known_to = 0;  // bit per proxy that sent a request into it, or the session away,
                               // while it was the session
};

inline constexpr Duration longest_wait_for_a_thread{450'000};

// One request inside one Tomcat.
struct Visit {
  VisitId id = 0;
  RequestId request = 0;
  int proxy = 0;
  std::uint32_t ticket = 0;  // of the proxy's attempt
  int node = 0;
  std::uint32_t process = 0;
  bool kept_alive = false;  // over a connection that was used before
  bool warned = false;      // the proxy knows that this worker may hold an old copy
  TimePoint arrived;
  bool first = false;      // alone, at its session's gate
  bool held = false;       // it waited in a frozen process
  bool executing = false;  // its servlet runs
  bool over = false;
  bool stopping = false;       // its Tomcat was told to stop meanwhile
  bool unknown_copy = false;   // its proxy did not know that the session is here
  bool from_old_copy = false;  // of a session that had left, when it ended
  std::shared_ptr<Copy> copy;
  Cause miss = Cause::none;  // why its session was not found
  bool missed = false;
  Answer answer;
};

// One Tomcat with memcached-session-manager: sticky sessions, sessionBackupAsync=false.
//   - a request with a cookie of its own route uses its copy without a look-up, however old
//   - a take-over deletes the old key at its start, and stores the new one at its end
//   - each request that finds no copy loads the session for itself, and puts it over what is there
//   - a key that was not found is not looked up again for 500 ms
//   - a write is stored at the end of its request, before the answer
class Tomcat {
 public:
  enum class Life : std::uint8_t { running, stopping, dead };
  enum class Connect : std::uint8_t { accepted, refused, silence };

  Tomcat(World& world, int node) : world_{world}, node_{node} {}

  // What its kernel says to a new connection.
  Connect connect();
  // A request came over a connection to this process.
  void receive(VisitId id);

  void kill();
  void freeze();
  void thaw();
  void restart();
  // SIGTERM: answers what is under way, closes kept connections at their next request, leaves new
  // ones silent for a second, then refuses.
  void stop();
  // The network answers for it, with a reset or not at all.
  void cut_off(bool refuses);
  void reconnect();

  bool healthy() const {
    return life_ == Life::running && !os_.stopped && !refuses_ && !black_hole_;
  }
  Life life() const { return life_; }
  std::uint32_t process_number() const { return process_; }
  bool is(std::uint32_t process) const { return life_ != Life::dead && process == process_; }
  Process& os() { return os_; }
  bool frozen() const { return os_.stopped; }
  bool refused_while_alive() const { return refused_while_alive_; }
  bool holds(std::uint32_t stem) const;
  // The last moment at which it was not healthy.
  TimePoint last_ill() const;
  TimePoint ended() const { return ended_; }

 private:
  struct Missing {
    SessionId key;
    TimePoint until;
    Cause cause;
  };

  bool serves(const Visit& visit) const { return visit.process == process_ && !visit.over; }
  void hang_up(Visit& visit);
  void enter(VisitId id);
  bool find_here(Visit& visit, const SessionId& cookie);
  void look_up(VisitId id);
  void load(VisitId id);
  void supersede(const Visit& visit);
  bool is_robbed(const Visit& visit, const Copy& former) const;
  bool is_given_up(const Visit& visit) const;
  void miss(Visit& visit, const SessionId& key);
  void run(VisitId id);
  void finish(VisitId id);
  void write(Visit& visit, const BrowserRequest& request);
  void log_in(Visit& visit);
  void log_out(Visit& visit);
  void create_session(Visit& visit);
  void back_up(Visit& visit);
  std::shared_ptr<Copy>& place_of(std::uint32_t stem);
  void end_process();
  void fell_ill();

  World& world_;
  int node_;
  Process os_;
  Life life_ = Life::running;
  std::uint32_t process_ = 1;
  bool refuses_ = false;
  bool black_hole_ = false;
  bool refused_while_alive_ = false;
  TimePoint last_ill_;
  TimePoint last_refused_;  // somebody, while it lived
  TimePoint ended_;
  std::vector<std::shared_ptr<Copy>> copies_;
  std::vector<Missing> missing_;
  std::vector<VisitId> visits_;  // under way
  std::vector<VisitId> silent_;  // came while it stops
};

}  // namespace jkproxy::model

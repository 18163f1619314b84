#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "proxy/io_thread.hpp"
#include "proxy/read_buffer.hpp"
#include "proxy/task.hpp"
#include "proxy/waiter_slots.hpp"
#include "proxy/worker_connections.hpp"

namespace jkproxy::proxy {

// An exchange as its worker's list knows it: may be told that the worker was found dead.
struct UnderWay
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  enum class Phase : std::uint8_t { connecting, sending, waiting_for_head, relaying, tunnelling };

  std::string_view session_id;  // empty: no session; the exchange owns its bytes
  Phase phase = Phase::connecting;
  bool broken_off = false;  // the worker was found dead while this waited for a first byte
  Waiter* waiter = nullptr;
};

// Everything of one I/O thread. Touched by that thread only, but for `io` (post) and `counters`.
class Loop {
 public:
  Loop(std::uint32_t index, const Shared& shared_by_all,
       std::shared_ptr<const routing::Snapshot> first);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  asio::io_context io;
  const Executor executor;
  const Shared& shared;
  std::shared_ptr<const routing::Snapshot> snapshot;
  BlockPool blocks;
  DeadlineWheel deadlines;
  WaiterSlots waiters;
  WorkerConnections connections;
  AccessLog access_log;
  ThreadCounters counters;
  std::size_t election_offset = 0;
  static constexpr int most_turned_away = 64;
  int turning_away = 0;         // clients that are being told that there is no place
  TimePoint stranger_logged{};  // who sends no PROXY header that we would believe
  bool draining = false;        // finish what is under way, begin nothing
  bool stopping = false;        // end everything now

  // The time of the last wake: exact enough for deadlines and for the log.
  TimePoint now() const { return now_; }
  void refresh_now() { now_ = shared.clock(); }
  std::time_t wall_second() const { return wall_second_; }

  // Sixteen hexadecimal digits, unlike those of any other request of this process.
  void make_request_id(std::string& id);

  using UnderWayList =
      boost::intrusive::list<UnderWay, boost::intrusive::constant_time_size<false>>;
  UnderWayList& under_way(routing::WorkerId worker);
  void break_off(routing::WorkerId worker);
  // Exchanges of this session, from the choice of the worker to the end of the answer.
  std::size_t under_way_of(routing::WorkerId worker, std::string_view stem);

  // A count of clients and listeners that still need the loop; the loop ends when draining leaves
  // none.
  void enter() { ++present_; }
  void leave();

  // Exchanges under way keep the snapshot that they began with.
  void adopt(std::shared_ptr<const routing::Snapshot> next);

  void run();
  void drain();
  void stop();

 private:
  void tick();
  void every_second();
  void wait_for_tick();

  asio::executor_work_guard<Executor> work_;
  asio::steady_timer ticker_;
  TimePoint now_;
  TimePoint swept_at_;
  TimePoint second_at_;
  std::time_t wall_second_;
  std::vector<std::unique_ptr<UnderWayList>> under_way_;  // by worker id
  std::size_t present_ = 0;
  std::uint64_t next_request_id_ = 0;
  std::uint64_t request_id_salt_;
};

// Runs `work` on the loop. The one place where a coroutine is let go, and where an exception that
// one leaves with (memory ran out) ends: it is logged, the connection is closed.
void spawn(Loop& loop, Task<> work);

}  // namespace jkproxy::proxy

#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/access_log.hpp"
#include "proxy/admission.hpp"
#include "proxy/limits.hpp"
#include "proxy/questions.hpp"
#include "routing/address.hpp"
#include "routing/choose_worker.hpp"
#include "routing/outcome.hpp"
#include "routing/snapshot.hpp"

namespace jkproxy::proxy {

// What all I/O threads share. Owned by the server, outlives them.
struct Shared {
  routing::Router& router;
  routing::OutcomeSink& outcomes;
  Admission& admission;
  ReplayMemory& replay_memory;
  AccessLogWriter* access_log = nullptr;  // null: no access log
  routing::Clock clock;
  std::shared_ptr<spdlog::logger> log;  // the error log
  // Any thread: wakes a waiter of whatever thread it belongs to.
  std::function<void(const routing::WaiterRef&)> wake;
  // Any thread: passes the question on to all threads, or to the health monitor.
  std::function<void(const std::shared_ptr<SessionCount>&)> count_session;
  std::function<void(const std::shared_ptr<WorkerCheck>&)> check_worker;
};

// Written by its own thread, read by any, relaxed.
struct ThreadCounters {
  std::atomic<std::uint64_t> requests{0};     // exchanges finished, refusals included
  std::atomic<std::uint64_t> connections{0};  // clients accepted
  std::atomic<std::uint64_t> open{0};         // clients connected now
  std::atomic<std::uint64_t> refusals{0};     // answered by the proxy itself: 4xx, 5xx
  LimitCounters limits;
};

class Loop;  // the thread's own things: proxy/loop.hpp

// One event loop with everything that belongs to it: clients, worker connections, deadlines, log
// buffer. `run` is called on the thread itself; everything else may be called from any thread and
// only posts.
class IoThread {
 public:
  IoThread(std::uint32_t index, const Shared& shared,
           std::shared_ptr<const routing::Snapshot> snapshot);
  ~IoThread();

  // Before `run`: takes the listening, non-blocking socket over. `port` is for X-Forwarded-Port.
  // `index`: of the listener in the configuration.
  void listen(int descriptor, std::uint16_t port, std::size_t index);

  // Until `stop`, or until the last client left after `drain`.
  void run();

  void adopt(std::shared_ptr<const routing::Snapshot> snapshot);
  void set_address(routing::WorkerId worker, const std::optional<routing::Address>& address);
  void wake(const routing::WaiterRef& waiter);
  // Breaks off what still waits for a first byte of this worker: idempotent, replayable exchanges
  // go to a fallback, others wait on.
  void break_off(routing::WorkerId worker);
  // Adds this thread's part of the answer.
  void count_session(std::shared_ptr<SessionCount> question);
  // Accepts nobody any more, answers with `Connection: close`, closes idle clients; `run` returns
  // once nobody is left.
  void drain();
  // Closes everything; `run` returns soon.
  void stop();
  void flush_access_log();

  const ThreadCounters& counters() const;

 private:
  std::unique_ptr<Loop> loop_;
};

}  // namespace jkproxy::proxy

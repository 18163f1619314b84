#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "proxy/read_buffer.hpp"
#include "proxy/socket_stream.hpp"
#include "routing/address.hpp"
#include "routing/clock.hpp"
#include "routing/worker_runtime.hpp"

namespace jkproxy::proxy {

// One connection to one worker.
struct WorkerConnection {
  WorkerConnection(const Executor& executor, int descriptor, BlockPool& pool)
      : stream{executor, descriptor}, buffer{pool} {}

  SocketStream stream;
  ReadBuffer buffer;
  bool reused = false;
};

// A kept connection that only one client may use, since its worker was told who that is. Lives
// with that client.
struct OwnConnection {
  std::unique_ptr<WorkerConnection> connection;
  routing::WorkerId worker = 0;
  std::uint32_t age = 0;  // of all connections to the worker, when it was kept
  TimePoint since;
};

// The idle connections of one thread to all workers, and their addresses. The one that came back
// last is used first; what has been idle for too long is closed.
class WorkerConnections {
 public:
  using Connection = std::unique_ptr<WorkerConnection>;

  // None: the name of the worker does not lead anywhere.
  void set_address(routing::WorkerId worker, const std::optional<routing::Address>& address);
  const routing::Address* address(routing::WorkerId worker) const;

  // An idle connection that is not known to be dead, or null. `for_sure`: asks the kernel, for a
  // request that cannot be sent again.
  Connection lease(routing::WorkerId worker, bool for_sure, TimePoint idle_since);
  void give_back(routing::WorkerId worker, Connection connection, TimePoint now);
  // The same for a client's own.
  Connection lease(OwnConnection& own, routing::WorkerId worker, bool for_sure,
                   TimePoint idle_since);
  void keep(OwnConnection& own, routing::WorkerId worker, Connection connection, TimePoint now);
  // Closes what has been idle since before `since`.
  void close_idle(TimePoint since);
  void close_all(routing::WorkerId worker);

 private:
  struct Idle {
    Connection connection;
    TimePoint since;
  };
  struct PerWorker {
    std::optional<routing::Address> address;
    std::vector<Idle> idle;  // the newest last
    std::uint32_t age = 0;   // goes up when no connection of before may be used any more
  };
  PerWorker& of(routing::WorkerId worker);

  std::vector<PerWorker> workers_;  // by id
};

// Of our own making (no descriptors, ports or memory): says nothing about the worker.
bool is_local_fault(int error);

// Begins to connect. Null with `error` set (errno) when that failed at once.
WorkerConnections::Connection begin_connect(const Executor& executor, BlockPool& pool,
                                            const routing::Address& address, int& error);

}  // namespace jkproxy::proxy

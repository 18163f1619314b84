#pragma once

#include <boost/intrusive/list.hpp>
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
// with that client, and while it holds one leaves `WorkerConnections` by itself.
struct OwnConnection
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  std::unique_ptr<WorkerConnection> connection;
  routing::WorkerId worker = 0;
  TimePoint since;
};

// The idle connections of one thread to all workers, clients' own included, and the workers'
// addresses. The one that came back last is used first; what has been idle for too long is closed.
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
  // Closes what has been idle since before `since`, and what its worker has ended.
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
  };
  PerWorker& of(routing::WorkerId worker);

  template <class Over>
  void close_own(Over over);

  using OwnConnections =
      boost::intrusive::list<OwnConnection, boost::intrusive::constant_time_size<false>>;

  std::vector<PerWorker> workers_;  // by id
  OwnConnections own_;              // those that hold a connection
};

// Of our own making (no descriptors, ports or memory): says nothing about the worker.
bool is_local_fault(int error);

// Begins to connect. Null with `error` set (errno) when that failed at once.
WorkerConnections::Connection begin_connect(const Executor& executor, BlockPool& pool,
                                            const routing::Address& address, int& error);

}  // namespace jkproxy::proxy

#include "proxy/worker_connections.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace jkproxy::proxy {

WorkerConnections::PerWorker& WorkerConnections::of(routing::WorkerId worker) {
  if (worker >= workers_.size()) workers_.resize(worker + 1);
  return workers_[worker];
}

void WorkerConnections::set_address(routing::WorkerId worker,
                                    const std::optional<routing::Address>& address) {
  auto& entry = of(worker);
  if (entry.address != address) close_all(worker);
  entry.address = address;
}

const routing::Address* WorkerConnections::address(routing::WorkerId worker) const {
  if (worker >= workers_.size() || !workers_[worker].address) return nullptr;
  return &*workers_[worker].address;
}

WorkerConnections::Connection WorkerConnections::lease(routing::WorkerId worker, bool for_sure,
                                                       TimePoint idle_since) {
  auto& idle = of(worker).idle;
  while (!idle.empty()) {
    auto last = std::move(idle.back());
    idle.pop_back();
    const auto& stream = last.connection->stream;
    if (last.since < idle_since) continue;
    if (for_sure ? stream.quiet_for_sure() : stream.quiet()) return std::move(last.connection);
  }
  return nullptr;
}

namespace {

// False: it has more to say, or its end; not one to keep.
bool begin_to_rest(WorkerConnection& connection) {
  connection.reused = true;
  connection.buffer.release_if_empty();
  connection.stream.watch();
  return connection.stream.quiet();
}

}  // namespace

WorkerConnections::Connection WorkerConnections::lease(OwnConnection& own, routing::WorkerId worker,
                                                       bool for_sure, TimePoint idle_since) {
  own.unlink();
  auto connection = std::exchange(own.connection, nullptr);
  if (connection == nullptr || own.worker != worker || own.since < idle_since) return nullptr;
  const auto& stream = connection->stream;
  const bool alive = for_sure ? stream.quiet_for_sure() : stream.quiet();
  return alive ? std::move(connection) : nullptr;
}

void WorkerConnections::keep(OwnConnection& own, routing::WorkerId worker, Connection connection,
                             TimePoint now) {
  own.unlink();
  own.connection.reset();
  if (!begin_to_rest(*connection)) return;
  own.connection = std::move(connection);
  own.worker = worker;
  own.since = now;
  own_.push_back(own);
}

void WorkerConnections::give_back(routing::WorkerId worker, Connection connection, TimePoint now) {
  if (!begin_to_rest(*connection)) return;
  of(worker).idle.push_back({.connection = std::move(connection), .since = now});
}

template <class Over>
void WorkerConnections::close_own(Over over) {
  own_.remove_and_dispose_if(over, [](OwnConnection* own) { own->connection.reset(); });
}

void WorkerConnections::close_idle(TimePoint since) {
  const auto over = [&](const auto& kept) {
    return kept.since < since || !kept.connection->stream.quiet();
  };
  for (auto& worker : workers_) std::erase_if(worker.idle, over);
  close_own(over);
}

void WorkerConnections::close_all(routing::WorkerId worker) {
  of(worker).idle.clear();
  close_own([&](const OwnConnection& own) { return own.worker == worker; });
}

bool is_local_fault(int error) {
  return error == EMFILE || error == ENFILE || error == EADDRNOTAVAIL || error == ENOBUFS ||
         error == ENOMEM;
}

WorkerConnections::Connection begin_connect(const Executor& executor, BlockPool& pool,
                                            const routing::Address& address, int& error) {
  const int descriptor =
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    error = errno;
    return nullptr;
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on,
               sizeof on);  // fails on unix sockets: fine
  error = ::connect(descriptor, address.get(), address.length) == 0 ? 0 : errno;
  if (error != 0 && error != EINPROGRESS) {
    ::close(descriptor);
    return nullptr;
  }
  auto connection = std::make_unique<WorkerConnection>(executor, descriptor, pool);
  if (error == EINPROGRESS) connection->stream.connecting();
  error = 0;
  return connection;
}

}  // namespace jkproxy::proxy

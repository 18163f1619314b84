#include "proxy/listener.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "proxy/client_connection.hpp"
#include "proxy/socket_stream.hpp"
#include "proxy/trusted_proxies.hpp"

namespace jkproxy::proxy {

namespace {

constexpr milliseconds rest{100};
constexpr int accepts_in_a_row = 64;  // then the clients that are there get their turn
constexpr int most_at_a_stop = 4096;  // as many as the kernel lets wait

// True where trying again at once cannot help.
bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

void begin_to_serve(Loop& loop, int descriptor, const routing::Address& address,
                    const std::string& port) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on,
               sizeof on);  // fails on unix sockets: fine
  Peer peer{.address = routing::host_text(address), .listener_port = port};
  peer.trusted = is_trusted(loop.snapshot->settings.trusted_proxies, peer.address);
  loop.counters.connections.fetch_add(1, std::memory_order_relaxed);
  spawn(loop, serve_client(loop, std::make_unique<SocketStream>(loop.executor, descriptor),
                           std::move(peer)));
}

// Nothing to accept: 0, otherwise errno.
int accept_some(Loop& loop, int listener, const std::string& port, int most) {
  for (int left = most; left > 0; --left) {
    routing::Address address;
    address.length = sizeof address.storage;
    const int descriptor =
        ::accept4(listener, address.get(), &address.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      begin_to_serve(loop, descriptor, address, port);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return errno == EAGAIN ? 0 : errno;
    }
  }
  return 0;
}

}  // namespace

Task<> accept_clients(Loop& loop, int descriptor, std::string port) {
  SocketStream listening{loop.executor, descriptor};
  Waiter waiter{loop.deadlines, loop.executor};
  const auto ref = loop.waiters.enter(waiter);
  TimePoint complained{};
  while (!loop.draining) {
    const int error = accept_some(loop, descriptor, port, accepts_in_a_row);
    auto deadline = TimePoint::max();
    if (error == 0) {
      listening.wait_for_clients(waiter);
    } else {
      deadline = loop.now() + rest;
      if (loop.now() - complained > std::chrono::seconds{10}) {
        complained = loop.now();
        loop.shared.log->error("cannot accept clients: {}{}",
                               std::generic_category().message(error),
                               is_shortage(error) ? "; raise the limit or add memory" : "");
      }
    }
    co_await waiter.wait(deadline);
    loop.refresh_now();
  }
  // Who has connected before we close the socket would otherwise be reset, request and all.
  if (!loop.stopping) accept_some(loop, descriptor, port, most_at_a_stop);
  loop.waiters.leave(ref);
}

}  // namespace jkproxy::proxy

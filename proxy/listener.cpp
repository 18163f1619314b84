#include "proxy/listener.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "proxy/client_connection.hpp"
#include "proxy/socket_stream.hpp"
#include "proxy/trusted_proxies.hpp"

namespace jkproxy::proxy {

namespace {

constexpr milliseconds rest{100};
constexpr std::chrono::seconds complaint_pause{10};
constexpr int accepts_in_a_row = 64;  // then the clients that are there get their turn
constexpr int most_at_a_stop = 4096;  // as many as the kernel lets wait

// True where trying again at once cannot help.
bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

Limit limit_of(Admission::Verdict verdict) {
  switch (verdict) {
    case Admission::Verdict::welcome: break;
    case Admission::Verdict::full: return Limit::connections;
    case Admission::Verdict::listener_full: return Limit::listener_connections;
    case Admission::Verdict::address_full: return Limit::connections_per_client;
  }
  return Limit::none;
}

// On a listener where connections are passed on: only from those whose word on the client counts.
bool is_stranger(Loop& loop, const std::vector<config::Network>& senders, const Peer& peer) {
  if (is_trusted(senders, peer.address)) return false;
  loop.counters.limits.count(Limit::proxy_header);
  if (loop.now() - loop.stranger_logged < complaint_pause) return true;
  loop.stranger_logged = loop.now();
  loop.shared.log->warn(
      "closed a connection from {}, which is not in proxy_protocol of its listener", peer.address);
  return true;
}

std::optional<SocketEnds> ends_of(int descriptor, const routing::Address& client) {
  routing::Address own;
  own.length = sizeof own.storage;
  const bool known = ::getsockname(descriptor, own.get(), &own.length) == 0;
  if (!known || client.storage.ss_family == AF_UNIX) return std::nullopt;
  return SocketEnds{.source = end_of(client), .destination = end_of(own)};
}

void begin_to_serve(Loop& loop, int descriptor, const routing::Address& address,
                    const ListenerPlace& listener) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on,
               sizeof on);  // fails on unix sockets: fine
  auto stream = std::make_unique<SocketStream>(loop.executor, descriptor);
  Peer peer{.address = routing::host_text(address), .listener_port = listener.port};
  peer.address_hash = address_hash(peer.address);
  peer.trusted = is_trusted(loop.snapshot->settings.trusted_proxies, peer.address);
  if (loop.snapshot->sends_proxy_headers) peer.ends = ends_of(descriptor, address);
  loop.counters.connections.fetch_add(1, std::memory_order_relaxed);
  const auto& senders = loop.snapshot->settings.listeners[listener.index].proxy_protocol;
  if (!senders.empty() && is_stranger(loop, senders, peer)) return;
  peer.sends_proxy_header = !senders.empty();
  const bool counted = !peer.trusted && !peer.sends_proxy_header;
  auto entry = loop.shared.admission.enter(listener.index, counted ? peer.address_hash : 0);
  if (entry.verdict == Admission::Verdict::welcome)
    return spawn(loop,
                 serve_client(loop, std::move(stream), std::move(peer), std::move(entry.place)));
  loop.counters.limits.count(limit_of(entry.verdict));
  if (loop.turning_away >= Loop::most_turned_away) return;  // the rest is closed without a word
  ++loop.turning_away;
  spawn(loop, turn_away(loop, std::move(stream), std::move(peer)));
}

// Nothing to accept: 0, otherwise errno.
int accept_some(Loop& loop, int descriptor, const ListenerPlace& listener, int most) {
  for (int left = most; left > 0; --left) {
    routing::Address address;
    address.length = sizeof address.storage;
    const int client =
        ::accept4(descriptor, address.get(), &address.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client >= 0) {
      begin_to_serve(loop, client, address, listener);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return errno == EAGAIN ? 0 : errno;
    }
  }
  return 0;
}

}  // namespace

Task<> accept_clients(Loop& loop, int descriptor, ListenerPlace listener) {
  SocketStream listening{loop.executor, descriptor};
  Waiter waiter{loop.deadlines, loop.executor};
  const auto ref = loop.waiters.enter(waiter);
  TimePoint complained{};
  while (!loop.draining) {
    const int error = accept_some(loop, descriptor, listener, accepts_in_a_row);
    auto deadline = TimePoint::max();
    if (error == 0) {
      listening.wait_for_clients(waiter);
    } else {
      deadline = loop.now() + rest;
      if (loop.now() - complained > complaint_pause) {
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
  if (!loop.stopping) accept_some(loop, descriptor, listener, most_at_a_stop);
  loop.waiters.leave(ref);
}

}  // namespace jkproxy::proxy

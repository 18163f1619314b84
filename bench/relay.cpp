// The least that any proxy in user space can cost: bytes from one socket to another, no HTTP.
// Usage: bench_relay PORT WORKER_PORT... Connections go to the workers in turn. Prints its port.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "sockets.hpp"

namespace jkproxy::bench {
namespace {

class Link;

// One socket of a link, and the bytes of its peer that it has not taken yet.
struct Side {
  Side(Fd socket_of_side, Link& link_of_side)
      : socket{std::move(socket_of_side)}, link{link_of_side} {}

  Fd socket;
  Link& link;
  Side* peer = nullptr;
  std::string kept;
  std::string_view unsent;  // view of `kept`
  bool ended = false;       // nothing more will be read from it
  std::uint32_t interest = EPOLLIN;
};

// A client connection and its worker connection. Reads from a side only while its peer keeps up.
class Link {
 public:
  Link(Fd client, Fd worker, Epoll& epoll)
      : client_{std::move(client), *this}, worker_{std::move(worker), *this}, epoll_{epoll} {
    client_.peer = &worker_;
    worker_.peer = &client_;
    epoll_.add(client_.socket, EPOLLIN, &client_);
    epoll_.add(worker_.socket, EPOLLIN, &worker_);
  }

  bool done() const { return done_; }

  void on_event(Side& side, std::uint32_t events) {
    if (done_) return;
    const bool readable = (side.interest & EPOLLIN) != 0 && (events & ~EPOLLOUT) != 0;
    const bool alive = ((events & EPOLLOUT) == 0 || flush(side)) && (!readable || pump(side));
    const bool both_ended = client_.ended && worker_.ended;
    done_ = !alive || (both_ended && client_.unsent.empty() && worker_.unsent.empty());
    if (done_) return;
    update_interest(side);
    update_interest(*side.peer);
  }

 private:
  bool pump(Side& from) {
    static std::array<char, 64 * 1024> buffer;
    const ssize_t size = ::recv(from.socket.number(), buffer.data(), buffer.size(), 0);
    if (size < 0) return would_block();
    Side& to = *from.peer;
    if (size == 0) {
      from.ended = true;
      return finish(to);
    }
    std::string_view bytes{buffer.data(), static_cast<std::size_t>(size)};
    if (!send_some(to.socket, bytes)) return false;
    if (!bytes.empty()) {
      to.kept = bytes;
      to.unsent = to.kept;
    }
    return true;
  }

  static bool flush(Side& side) {
    if (!send_some(side.socket, side.unsent)) return false;
    return finish(side);
  }

  // Passes the end of one direction on, once all its bytes are.
  static bool finish(Side& to) {
    if (to.peer->ended && to.unsent.empty()) ::shutdown(to.socket.number(), SHUT_WR);
    return true;
  }

  void update_interest(Side& side) {
    const bool reads = !side.ended && side.peer->unsent.empty();
    const std::uint32_t wanted = (reads ? EPOLLIN : 0U) | (side.unsent.empty() ? 0U : EPOLLOUT);
    if (wanted == side.interest) return;
    epoll_.change(side.socket, wanted, &side);
    side.interest = wanted;
  }

  Side client_;
  Side worker_;
  Epoll& epoll_;
  bool done_ = false;
};

class Relay {
 public:
  Relay(std::uint16_t port, std::vector<std::uint16_t> worker_ports)
      : listener_{listen_on(port)}, worker_ports_{std::move(worker_ports)} {
    epoll_.add(listener_, EPOLLIN, nullptr);
  }

  std::uint16_t port() const { return port_of(listener_); }

  [[noreturn]] void run() {
    for (;;) {
      for (const epoll_event& event : epoll_.wait(-1)) {
        if (auto* side = static_cast<Side*>(event.data.ptr)) {
          relay(*side, event.events);
        } else {
          accept_client();
        }
      }
      done_.clear();
    }
  }

 private:
  // A finished link stays until the whole batch is served: its other side may be in it.
  void relay(Side& side, std::uint32_t events) {
    if (side.link.done()) return;
    side.link.on_event(side, events);
    if (side.link.done()) done_.emplace_back(&side.link);
  }

  void accept_client() {
    Fd client = accept_from(listener_);
    if (client.number() < 0) return;
    Fd worker = connect_to(worker_ports_[next_++ % worker_ports_.size()]);
    if (worker.number() < 0) return;
    new Link{std::move(client), std::move(worker), epoll_};  // done_ takes it over at its end
  }

  Fd listener_;
  std::vector<std::uint16_t> worker_ports_;
  std::size_t next_ = 0;
  Epoll epoll_;
  std::vector<std::unique_ptr<Link>> done_;
};

}  // namespace
}  // namespace jkproxy::bench

int main(int argc, char** argv) try {
  using namespace jkproxy::bench;
  if (argc < 3) {
    std::fputs("usage: bench_relay PORT WORKER_PORT...\n", stderr);
    return 2;
  }
  raise_descriptor_limit();
  std::vector<std::uint16_t> ports;
  for (int i = 1; i < argc; ++i) ports.push_back(static_cast<std::uint16_t>(std::atoi(argv[i])));
  Relay relay{ports.front(), {ports.begin() + 1, ports.end()}};
  std::printf("%u\n", relay.port());
  std::fflush(stdout);
  relay.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_relay: %s\n", error.what());
  return 1;
}

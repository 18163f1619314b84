#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace jkproxy::fakes {

constexpr int patience = 20'000;  // milliseconds; only a failing test waits for so long

// One end of a TCP connection, blocking, in the hands of a test: bytes are sent and awaited one
// after the other, and its end is told by kind. Nothing waits for longer than `patience`.
class Connection {
 public:
  enum class End : std::uint8_t { open, closed, reset, silent };  // silent: patience ran out

  explicit Connection(int descriptor) : descriptor_{descriptor} {
    const timeval limit{.tv_sec = patience / 1000, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int at_once = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  }
  Connection(Connection&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)},
        bytes_{std::move(other.bytes_)},
        end_{other.end_} {}
  Connection& operator=(Connection&& other) noexcept {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    bytes_ = std::move(other.bytes_);
    end_ = other.end_;
    return *this;
  }
  ~Connection() { close(); }

  static Connection to(std::uint16_t port) {
    Connection connection{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!connection.connect(port)) connection.close();
    return connection;
  }

  // Begins to connect and does not wait for it.
  static Connection begin_to(std::uint16_t port) {
    Connection connection{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    connection.connect(port);
    return connection;
  }

  // Bytes were received and not yet taken.
  bool holds_bytes() const { return !bytes_.empty(); }
  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  std::uint16_t own_port() const { return port_by(::getsockname); }
  std::uint16_t peer_port() const { return port_by(::getpeername); }

  // False: the peer takes no more.
  bool send(std::string_view text) const {
    while (!text.empty()) {
      const auto sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // All up to and with the text; empty where the connection ends first.
  std::string receive_until(std::string_view text) {
    std::size_t at = 0;
    while ((at = bytes_.find(text)) == std::string::npos)
      if (!receive_more()) return {};
    return take(at + text.size());
  }
  std::string receive_head() { return receive_until("\r\n\r\n"); }
  // So many bytes, or fewer where the connection ends first.
  std::string receive(std::size_t size) {
    while (bytes_.size() < size && receive_more()) {
    }
    return take(std::min(size, bytes_.size()));
  }
  // All that comes until the connection ends; `end` tells how.
  std::string receive_all() {
    while (receive_more()) {
    }
    return take(bytes_.size());
  }
  // Takes so many bytes off the socket and not one more: what else came stays unread there.
  std::string take_exactly(std::size_t size) const {
    std::string taken(size, '\0');
    const auto got = size == 0 ? 0 : ::recv(descriptor_, taken.data(), size, MSG_WAITALL);
    taken.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return taken;
  }
  // Awaits bytes, or the end, without taking them.
  bool is_spoken_to() const {
    pollfd state{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return ::poll(&state, 1, patience) > 0;
  }

  // How the connection ended, once a `receive` met its end.
  End end() const { return end_; }
  // Awaits the end, whatever comes before it.
  End await_end() {
    receive_all();
    return end_;
  }

  // Awaits the peer's end or reset without reading what lies before it.
  bool ends_unread() const {
    pollfd state{.fd = descriptor_, .events = POLLRDHUP, .revents = 0};
    return ::poll(&state, 1, patience) > 0;
  }

  // A head and its body, by Content-Length.
  std::string receive_message() {
    auto head = receive_head();
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? head : head + receive(std::stoul(head.substr(at + 16)));
  }

  void end_writing() const { ::shutdown(descriptor_, SHUT_WR); }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

 private:
  std::uint16_t port_by(int (*name)(int, sockaddr*, socklen_t*)) const {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    name(descriptor_, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
  }
  bool connect(std::uint16_t port) const {
    const sockaddr_in address{.sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = {htonl(INADDR_LOOPBACK)},
                              .sin_zero = {}};
    return ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  bool receive_more() {
    if (end_ != End::open || descriptor_ < 0) return false;
    char block[16 * 1024];
    const auto size = ::recv(descriptor_, block, sizeof block, 0);
    if (size > 0) {
      bytes_.append(block, static_cast<std::size_t>(size));
      return true;
    }
    end_ = size == 0                               ? End::closed
           : errno == ECONNRESET || errno == EPIPE ? End::reset
                                                   : End::silent;
    return false;
  }
  std::string take(std::size_t size) {
    auto taken = bytes_.substr(0, size);
    bytes_.erase(0, size);
    return taken;
  }

  int descriptor_;
  std::string bytes_;
  End end_ = End::open;
};

}  // namespace jkproxy::fakes

// TCP sockets on 127.0.0.1 and an epoll loop, for the benchmark's three programs.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace jkproxy::bench {

// One file descriptor, closed with its owner.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int number) : number_{number} {}
  Fd(Fd&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Fd() {
    if (number_ >= 0) ::close(number_);
  }

  int number() const { return number_; }

 private:
  int number_ = -1;
};

// The result of a system call; throws what errno says where it failed.
inline int checked(int result, const char* call) {
  if (result < 0) throw std::system_error{errno, std::generic_category(), call};
  return result;
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline void send_at_once(const Fd& socket) {
  const int on = 1;
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// Listens on 127.0.0.1; port 0 takes a free one.
inline Fd listen_on(std::uint16_t port) {
  Fd socket{checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")};
  const int on = 1;
  ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  checked(::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "bind");
  checked(::listen(socket.number(), 4096), "listen");
  return socket;
}

inline std::uint16_t port_of(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size),
          "getsockname");
  return ntohs(address.sin_port);
}

// The next client, or a closed Fd when none waits.
inline Fd accept_from(const Fd& listener) {
  Fd socket{::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (socket.number() >= 0) send_at_once(socket);
  return socket;
}

// A connection under way, or a closed Fd with the reason in errno.
inline Fd connect_to(std::uint16_t port) {
  Fd socket{checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")};
  send_at_once(socket);
  const sockaddr_in address = loopback(port);
  const int result =
      ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (result < 0 && errno != EINPROGRESS) return Fd{};
  return socket;
}

inline bool would_block() {
  return errno == EAGAIN || errno == EINTR;
}

// Sends what the socket takes now and drops it from `bytes`; false when the connection is broken.
inline bool send_some(const Fd& socket, std::string_view& bytes) {
  const ssize_t sent = ::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  return sent >= 0 || would_block();
}

// Level-triggered epoll; each socket comes with the address of the object it belongs to.
class Epoll {
 public:
  void add(const Fd& socket, std::uint32_t events, void* owner) {
    control(EPOLL_CTL_ADD, socket, events, owner);
  }
  void change(const Fd& socket, std::uint32_t events, void* owner) {
    control(EPOLL_CTL_MOD, socket, events, owner);
  }

  // Waits for at most `milliseconds`, for ever when negative.
  std::span<const epoll_event> wait(int milliseconds) {
    const int count = ::epoll_wait(epoll_.number(), ready_.data(), max_events, milliseconds);
    if (count < 0 && errno != EINTR) checked(count, "epoll_wait");
    return {ready_.data(), static_cast<std::size_t>(count < 0 ? 0 : count)};
  }

 private:
  void control(int operation, const Fd& socket, std::uint32_t events, void* owner) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = owner;
    checked(::epoll_ctl(epoll_.number(), operation, socket.number(), &event), "epoll_ctl");
  }

  Fd epoll_{checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  static constexpr int max_events = 256;
  std::array<epoll_event, max_events> ready_{};
};

inline void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace jkproxy::bench

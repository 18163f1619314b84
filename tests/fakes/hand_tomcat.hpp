#pragma once

#include "tests/fakes/connection.hpp"

namespace jkproxy::fakes {

// A worker that the test plays itself: it accepts connections and says what is to be said.
class HandTomcat {
 public:
  explicit HandTomcat(int backlog = 128)
      : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{
        .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(descriptor_, any, length) == 0 && ::listen(descriptor_, backlog) == 0 &&
        ::getsockname(descriptor_, any, &length) == 0)
      port_ = ntohs(address.sin_port);
  }
  ~HandTomcat() { die(); }
  HandTomcat(const HandTomcat&) = delete;
  HandTomcat& operator=(const HandTomcat&) = delete;

  std::uint16_t port() const { return port_; }

  // The next connection; a closed one when none comes.
  Connection accept() const {
    return is_called(patience) ? Connection{::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC)}
                               : Connection{-1};
  }
  // Is anybody there, at once or within the time?
  bool is_called(int milliseconds = 0) const {
    pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return ::poll(&waited, 1, milliseconds) > 0;
  }

  // Refuses connections from now on, and wakes those who wait in `accept`.
  void stop_listening() const { ::shutdown(descriptor_, SHUT_RDWR); }
  // Refuses connections from now on.
  void die() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

}  // namespace jkproxy::fakes

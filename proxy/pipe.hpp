#pragma once

#include <cstddef>
#include <memory>

#include "proxy/stream.hpp"

namespace jkproxy::proxy {

// A kernel pipe through which bytes go from socket to socket without being copied (splice(2)).
// One I/O thread.
class Pipe {
 public:
  // Nothing: the process has no descriptors left, or the user no memory for pipes.
  static std::unique_ptr<Pipe> open();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  // At most `most` bytes out of a socket; `blocked` with an empty pipe: the socket has none.
  IoResult fill(int socket, std::size_t most);
  // All that the socket takes. SIGPIPE must be ignored: splice knows no MSG_NOSIGNAL.
  IoResult drain(int socket);

  bool empty() const { return held_ == 0; }

 private:
  Pipe(int exit, int entry) : exit_{exit}, entry_{entry} {}

  int exit_;
  int entry_;
  std::size_t held_ = 0;  // bytes
};

}  // namespace jkproxy::proxy

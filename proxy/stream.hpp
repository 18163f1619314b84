#pragma once

#include <sys/uio.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include "proxy/waiter.hpp"

namespace jkproxy::proxy {

class Pipe;

// How a read or write that never blocks ended.
struct [[nodiscard]] IoResult {
  enum class Kind : std::uint8_t {
    moved,    // `bytes` > 0
    blocked,  // nothing at the moment: arm and wait
    ended,    // reads only: the peer sends no more
    failed,   // `error`
  };
  Kind kind = Kind::blocked;
  std::size_t bytes = 0;
  int error = 0;  // errno

  bool moved() const { return kind == Kind::moved; }
  bool blocked() const { return kind == Kind::blocked; }
};

// The seam between the exchange and its sockets, thin enough for TLS and for memory in tests: tries
// at once, never waits itself. One I/O thread.
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  virtual IoResult try_read(std::span<char> into) = 0;
  virtual IoResult try_write(std::span<const iovec> pieces) = 0;

  // Whether the kernel can move bytes between this and a pipe, and the tries to do so.
  virtual bool can_splice() const { return false; }
  virtual IoResult try_fill(Pipe& /*pipe*/, std::size_t /*most*/) { return {}; }
  virtual IoResult try_drain(Pipe& /*pipe*/) { return {}; }

  // Wakes the waiter once reading (writing) makes sense again, or at once if it does already. Stays
  // armed until then, over further waits.
  virtual void arm_read(Waiter& waiter) = 0;
  virtual void arm_write(Waiter& waiter) = 0;
  // A look at whether the peer has ended or reset the connection, for those who cannot read on: its
  // bytes may still lie before that end.
  virtual bool peer_has_left() const { return false; }
  // Asks anew, where a deadline was noticed late: what has come before it counts. True: there is
  // something to try that was not known yet.
  virtual bool look() { return false; }
  // Nobody waits for it any more.
  virtual void disarm() = 0;

  // Says that we send no more, so that the peer can read our last bytes.
  virtual void end_writing() = 0;
  // Closes so that the peer sees a reset: what it got is not all.
  virtual void abort() = 0;
};

}  // namespace jkproxy::proxy

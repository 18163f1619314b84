#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "proxy/stream.hpp"

namespace jkproxy::proxy {

// A connected (or connecting) non-blocking socket. Remembers what the kernel said last, so that it
// asks only where an answer can have changed.
class SocketStream final : public Stream {
 public:
  // Takes the descriptor over.
  SocketStream(const Executor& executor, int descriptor);
  ~SocketStream() override;

  IoResult try_read(std::span<char> into) override;
  IoResult try_write(std::span<const iovec> pieces) override;
  bool can_splice() const override { return true; }
  IoResult try_fill(Pipe& pipe, std::size_t most) override;
  IoResult try_drain(Pipe& pipe) override;
  void arm_read(Waiter& waiter) override;
  void arm_write(Waiter& waiter) override;
  bool peer_has_left() const override;
  bool look() override;
  void disarm() override;
  void end_writing() override;
  void abort() override;

  // A connect is under way: writable means that it has ended; then `connect_error` tells how.
  void connecting() { readiness_->writable = false; }
  bool writable() const { return readiness_->writable; }
  int connect_error() const;

  // For a listening socket: wakes once somebody waits to be accepted.
  void wait_for_clients(Waiter& waiter);

  // Keeps an eye on an idle connection; `quiet` is false once anything, the end included, came.
  void watch();
  bool quiet() const { return !readiness_->readable; }
  // Asks the kernel, for what must not leave on a connection that is dead.
  bool quiet_for_sure() const;

 private:
  bool has_nothing() const;

  // Outlives the stream while Asio still holds a wait on it.
  struct Readiness : boost::intrusive_ref_counter<Readiness, boost::thread_unsafe_counter> {
    Waiter* reader = nullptr;
    Waiter* writer = nullptr;
    bool readable = true;
    bool writable = true;
    bool read_armed = false;
    bool write_armed = false;
  };

  void wait_readable();
  void wait_writable();

  asio::posix::basic_stream_descriptor<Executor> descriptor_;
  int native_;
  boost::intrusive_ptr<Readiness> readiness_;
};

}  // namespace jkproxy::proxy

#include "proxy/socket_stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include "proxy/pipe.hpp"

namespace jkproxy::proxy {

namespace {

IoResult from_errno() {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
  return {.kind = IoResult::Kind::failed, .error = errno};
}

void fire(Waiter*& waiter) {
  if (auto* woken = std::exchange(waiter, nullptr)) woken->wake(Wake::ready);
}

}  // namespace

SocketStream::SocketStream(const Executor& executor, int descriptor)
    : descriptor_{executor, descriptor}, native_{descriptor}, readiness_{new Readiness} {}

SocketStream::~SocketStream() {
  disarm();
}

IoResult SocketStream::try_read(std::span<char> into) {
  if (!readiness_->readable) return {};
  const auto got = ::recv(native_, into.data(), into.size(), 0);
  if (got == 0) return {.kind = IoResult::Kind::ended};
  if (got < 0) {
    const auto result = from_errno();
    if (result.blocked()) readiness_->readable = false;
    return result;
  }
  // A short read has emptied the socket; what comes later is told by the next wait.
  const auto bytes = static_cast<std::size_t>(got);
  if (bytes < into.size()) readiness_->readable = false;
  return {.kind = IoResult::Kind::moved, .bytes = bytes};
}

IoResult SocketStream::try_write(std::span<const iovec> pieces) {
  if (!readiness_->writable) return {};
  ssize_t sent = 0;
  if (pieces.size() == 1) {
    sent = ::send(native_, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
  } else {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg does not write to it
    message.msg_iovlen = pieces.size();
    sent = ::sendmsg(native_, &message, MSG_NOSIGNAL);
  }
  if (sent > 0) return {.kind = IoResult::Kind::moved, .bytes = static_cast<std::size_t>(sent)};
  const auto result = from_errno();
  if (result.blocked()) readiness_->writable = false;
  return result;
}

IoResult SocketStream::try_fill(Pipe& pipe, std::size_t most) {
  if (!readiness_->readable) return {};
  const auto result = pipe.fill(native_, most);
  if (result.blocked()) readiness_->readable = false;
  return result;
}

IoResult SocketStream::try_drain(Pipe& pipe) {
  if (!readiness_->writable) return {};
  const auto result = pipe.drain(native_);
  if (result.blocked()) readiness_->writable = false;
  return result;
}

void SocketStream::arm_read(Waiter& waiter) {
  if (readiness_->readable) return waiter.wake(Wake::ready);
  readiness_->reader = &waiter;
  wait_readable();
}

void SocketStream::arm_write(Waiter& waiter) {
  if (readiness_->writable) return waiter.wake(Wake::ready);
  readiness_->writer = &waiter;
  wait_writable();
}

void SocketStream::wait_for_clients(Waiter& waiter) {
  readiness_->readable = false;
  arm_read(waiter);
}

bool SocketStream::peer_has_left() const {
  pollfd state{.fd = native_, .events = POLLRDHUP, .revents = 0};
  return ::poll(&state, 1, 0) > 0;
}

bool SocketStream::look() {
  pollfd state{.fd = native_, .events = POLLIN | POLLOUT, .revents = 0};
  if (::poll(&state, 1, 0) <= 0) return false;
  const bool ended = (state.revents & (POLLERR | POLLHUP)) != 0;
  const bool readable = ended || (state.revents & POLLIN) != 0;
  const bool writable = ended || (state.revents & POLLOUT) != 0;
  const bool read_news = readable && !std::exchange(readiness_->readable, readable);
  const bool write_news = writable && !std::exchange(readiness_->writable, writable);
  return read_news || write_news;
}

void SocketStream::disarm() {
  readiness_->reader = nullptr;
  readiness_->writer = nullptr;
}

void SocketStream::wait_readable() {
  if (std::exchange(readiness_->read_armed, true)) return;
  descriptor_.async_wait(asio::posix::descriptor_base::wait_read,
                         [readiness = readiness_](const boost::system::error_code& error) {
                           readiness->read_armed = false;
                           if (error) return;  // the stream is gone
                           readiness->readable = true;
                           fire(readiness->reader);
                         });
}

void SocketStream::wait_writable() {
  if (std::exchange(readiness_->write_armed, true)) return;
  descriptor_.async_wait(asio::posix::descriptor_base::wait_write,
                         [readiness = readiness_](const boost::system::error_code& error) {
                           readiness->write_armed = false;
                           if (error) return;
                           readiness->writable = true;
                           fire(readiness->writer);
                         });
}

void SocketStream::end_writing() {
  ::shutdown(native_, SHUT_WR);
}

void SocketStream::abort() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(native_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

int SocketStream::connect_error() const {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(native_, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

// After a splice, or a read that filled its block, nobody knows yet whether there is more.
void SocketStream::watch() {
  disarm();
  if (readiness_->readable && has_nothing()) readiness_->readable = false;
  if (!readiness_->readable) wait_readable();
}

bool SocketStream::quiet_for_sure() const {
  return quiet() && has_nothing();
}

bool SocketStream::has_nothing() const {
  char byte = 0;
  return ::recv(native_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace jkproxy::proxy

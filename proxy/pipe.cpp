#include "proxy/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace jkproxy::proxy {

namespace {

// Sixteen pages, the kernel's default, hold as few as sixteen segments of a socket.
constexpr int wanted_capacity = 256 * 1024;

IoResult result_of(ssize_t bytes) {
  if (bytes > 0) return {.kind = IoResult::Kind::moved, .bytes = static_cast<std::size_t>(bytes)};
  if (bytes == 0) return {.kind = IoResult::Kind::ended};
  if (errno == EAGAIN || errno == EINTR) return {};
  return {.kind = IoResult::Kind::failed, .error = errno};
}

IoResult move_bytes(int from, int to, std::size_t most) {
  return result_of(::splice(from, nullptr, to, nullptr, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
}

}  // namespace

std::unique_ptr<Pipe> Pipe::open() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return nullptr;
  std::unique_ptr<Pipe> pipe{new Pipe{ends[0], ends[1]}};
  // Refused beyond fs.pipe-user-pages-soft: then the default serves as well.
  ::fcntl(pipe->entry_, F_SETPIPE_SZ, wanted_capacity);
  return pipe;
}

Pipe::~Pipe() {
  ::close(exit_);
  ::close(entry_);
}

IoResult Pipe::fill(int socket, std::size_t most) {
  const auto result = move_bytes(socket, entry_, most);
  if (result.moved()) held_ += result.bytes;
  return result;
}

IoResult Pipe::drain(int socket) {
  const auto result = move_bytes(exit_, socket, held_);
  if (result.moved()) held_ -= result.bytes;
  return result;
}

}  // namespace jkproxy::proxy

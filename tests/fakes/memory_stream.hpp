#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/stream.hpp"

namespace jkproxy::fakes {

// A stream without a socket. Reads give what the test put in, writes go to a string; both by pieces
// as small, as slow and as broken as the test says. One thread; waiters are woken as a socket would
// do it, from the calls that change something.
class MemoryStream final : public proxy::Stream {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  // What the peer sends. Behind it: nothing yet, unless it `ends` or `breaks`.
  void receive(std::string_view bytes) {
    input_.append(bytes);
    readable_changed();
  }
  void end() {
    read_end_ = proxy::IoResult{.kind = proxy::IoResult::Kind::ended};
    readable_changed();
  }
  void break_reading(int error = ECONNRESET) {
    read_end_ = proxy::IoResult{.kind = proxy::IoResult::Kind::failed, .error = error};
    readable_changed();
  }
  // At most so many bytes a read, and a `blocked` before each.
  void read_by(std::size_t bytes, bool blocking = false) {
    read_piece_ = bytes;
    blocks_before_read_ = blocking;
  }

  // At most so many bytes a write, and a `blocked` before each.
  void write_by(std::size_t bytes, bool blocking = false) {
    write_piece_ = bytes;
    blocks_before_write_ = blocking;
  }
  // Room for so many bytes in all; then writes block.
  void set_room(std::size_t bytes) {
    room_ = bytes;
    writable_changed();
  }
  // Writes fail once so many bytes were taken.
  void break_writing_after(std::size_t bytes, int error = EPIPE) {
    write_end_ = bytes;
    write_error_ = error;
    writable_changed();
  }

  const std::string& written() const { return output_; }
  std::size_t bytes_read() const { return read_; }
  std::size_t writes() const { return writes_; }
  bool ended_writing() const { return ended_writing_; }
  bool aborted() const { return aborted_; }

  proxy::IoResult try_read(std::span<char> into) override {
    if (into.empty()) return failed(EINVAL);
    if (blocks_before_read_ && std::exchange(read_blocked_, !read_blocked_) == false) return {};
    if (!input_left()) return read_end_.value_or(proxy::IoResult{});
    const auto size = std::min({into.size(), read_piece_, input_.size() - read_});
    std::copy_n(input_.data() + read_, size, into.data());
    read_ += size;
    return moved(size);
  }

  proxy::IoResult try_write(std::span<const iovec> pieces) override {
    ++writes_;
    if (blocks_before_write_ && std::exchange(write_blocked_, !write_blocked_) == false) return {};
    if (output_.size() >= write_end_) return failed(write_error_);
    const auto limit = std::min(room_, write_end_) - output_.size();
    if (limit == 0) return {};
    return moved(take(pieces, std::min(limit, write_piece_)));
  }

  void arm_read(proxy::Waiter& waiter) override {
    reader_ = &waiter;
    readable_changed();
  }
  void arm_write(proxy::Waiter& waiter) override {
    writer_ = &waiter;
    writable_changed();
  }
  void disarm() override { reader_ = writer_ = nullptr; }
  void end_writing() override { ended_writing_ = true; }
  void abort() override { aborted_ = true; }

 private:
  static proxy::IoResult moved(std::size_t bytes) {
    return {.kind = proxy::IoResult::Kind::moved, .bytes = bytes};
  }
  static proxy::IoResult failed(int error) {
    return {.kind = proxy::IoResult::Kind::failed, .error = error};
  }

  std::size_t take(std::span<const iovec> pieces, std::size_t limit) {
    const auto before = output_.size();
    for (const auto& piece : pieces) {
      const auto size = std::min(piece.iov_len, limit - (output_.size() - before));
      output_.append(static_cast<const char*>(piece.iov_base), size);
    }
    return output_.size() - before;
  }

  bool input_left() const { return read_ < input_.size(); }
  void readable_changed() {
    if (reader_ != nullptr && (input_left() || read_end_))
      std::exchange(reader_, nullptr)->wake(proxy::Wake::ready);
  }
  void writable_changed() {
    if (writer_ != nullptr && (output_.size() < room_ || output_.size() >= write_end_))
      std::exchange(writer_, nullptr)->wake(proxy::Wake::ready);
  }

  std::string input_;
  std::size_t read_ = 0;
  std::size_t read_piece_ = unlimited;
  std::optional<proxy::IoResult> read_end_;
  bool blocks_before_read_ = false;
  bool read_blocked_ = false;

  std::string output_;
  std::size_t writes_ = 0;
  std::size_t write_piece_ = unlimited;
  std::size_t room_ = unlimited;
  std::size_t write_end_ = unlimited;
  int write_error_ = EPIPE;
  bool blocks_before_write_ = false;
  bool write_blocked_ = false;

  proxy::Waiter* reader_ = nullptr;
  proxy::Waiter* writer_ = nullptr;
  bool ended_writing_ = false;
  bool aborted_ = false;
};

}  // namespace jkproxy::fakes

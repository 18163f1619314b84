#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/pipe.hpp"

namespace jkproxy::proxy {

// What one I/O thread takes and gives back: read blocks, strings for heads, pipes for large bodies.
// That thread only.
class BlockPool {
 public:
  // Measured: 16 KiB and 256 KiB both cost twice the CPU for 100 KiB answers.
  static constexpr std::size_t block_size = 64UL * 1024;

  using Block = std::unique_ptr<char[]>;

  Block take();
  void give_back(Block block);

  std::string take_text();
  void give_back(std::string text);

  struct GiveBack {
    BlockPool* pool = nullptr;
    void operator()(Pipe* pipe) const { pool->give_back(std::unique_ptr<Pipe>{pipe}); }
  };
  using PooledPipe = std::unique_ptr<Pipe, GiveBack>;

  // Nothing: enough are in use, or none is to be had.
  PooledPipe take_pipe();

 private:
  void give_back(std::unique_ptr<Pipe> pipe);

  static constexpr std::size_t kept_blocks = 64;  // 4 MiB a thread; more go back to the system
  static constexpr std::size_t kept_texts = 256;
  static constexpr std::size_t kept_text_size = 16UL * 1024;
  static constexpr std::size_t most_pipes = 64;  // a thread; two descriptors each

  std::vector<Block> blocks_;
  std::vector<std::string> texts_;
  std::vector<std::unique_ptr<Pipe>> pipes_;
  std::size_t pipes_taken_ = 0;
};

// A string out of the pool, for as long as it is needed.
class PooledText {
 public:
  explicit PooledText(BlockPool& pool) : pool_{pool}, text_{pool.take_text()} {}
  ~PooledText() { pool_.give_back(std::move(text_)); }
  PooledText(const PooledText&) = delete;
  PooledText& operator=(const PooledText&) = delete;

  std::string& operator*() { return text_; }
  std::string* operator->() { return &text_; }
  std::string_view view() const { return text_; }

 private:
  BlockPool& pool_;
  std::string text_;
};

// Bytes that were read and not yet used. Holds a block only while it holds bytes, or while a read
// is tried.
class ReadBuffer {
 public:
  explicit ReadBuffer(BlockPool& pool) : pool_{pool} {}
  ~ReadBuffer() { release(); }
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;

  std::string_view unread() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  BlockPool& pool() { return pool_; }

  // Room for more, empty when the block is full of unread bytes.
  std::span<char> space();
  void filled(std::size_t bytes) { end_ += bytes; }
  // Unread bytes stay where they are, until `space` or `park`.
  void consume(std::size_t bytes);
  // Moves what is unread to a block of its own size: before a wait that may be long.
  void park();
  // Gives an empty block back.
  void release_if_empty() {
    if (empty()) release();
  }

 private:
  void release();

  BlockPool& pool_;
  BlockPool::Block bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace jkproxy::proxy

#include "proxy/read_buffer.hpp"

#include <cstring>
#include <utility>

namespace jkproxy::proxy {

BlockPool::Block BlockPool::take() {
  if (blocks_.empty()) return std::make_unique_for_overwrite<char[]>(block_size);
  auto block = std::move(blocks_.back());
  blocks_.pop_back();
  return block;
}

void BlockPool::give_back(Block block) {
  if (blocks_.size() < kept_blocks) blocks_.push_back(std::move(block));
}

std::string BlockPool::take_text() {
  if (texts_.empty()) {
    std::string text;
    text.reserve(1024);
    return text;
  }
  auto text = std::move(texts_.back());
  texts_.pop_back();
  return text;
}

void BlockPool::give_back(std::string text) {
  if (texts_.size() >= kept_texts || text.capacity() > kept_text_size) return;
  text.clear();
  texts_.push_back(std::move(text));
}

BlockPool::PooledPipe BlockPool::take_pipe() {
  if (pipes_taken_ >= most_pipes) return {};
  if (pipes_.empty()) pipes_.push_back(Pipe::open());
  PooledPipe pipe{pipes_.back().release(), {this}};
  pipes_.pop_back();
  if (pipe != nullptr) ++pipes_taken_;
  return pipe;
}

// What a broken transfer left in a pipe must not reach anybody else.
void BlockPool::give_back(std::unique_ptr<Pipe> pipe) {
  --pipes_taken_;
  if (pipe->empty()) pipes_.push_back(std::move(pipe));
}

std::span<char> ReadBuffer::space() {
  if (bytes_ == nullptr) {
    bytes_ = pool_.take();
    capacity_ = BlockPool::block_size;
  } else if (capacity_ < BlockPool::block_size) {  // parked
    auto block = pool_.take();
    std::memcpy(block.get(), bytes_.get() + begin_, end_ - begin_);
    bytes_ = std::move(block);
    capacity_ = BlockPool::block_size;
    end_ -= std::exchange(begin_, 0);
  } else if (end_ == capacity_ && begin_ > 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  return {bytes_.get() + end_, capacity_ - end_};
}

void ReadBuffer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

void ReadBuffer::park() {
  if (empty()) return release();
  if (capacity_ < BlockPool::block_size) return;
  const auto size = end_ - begin_;
  if (size >= BlockPool::block_size / 2) return;
  auto own = std::make_unique_for_overwrite<char[]>(size);
  std::memcpy(own.get(), bytes_.get() + begin_, size);
  pool_.give_back(std::exchange(bytes_, std::move(own)));
  capacity_ = end_ = size;
  begin_ = 0;
}

void ReadBuffer::release() {
  if (bytes_ != nullptr && capacity_ == BlockPool::block_size) pool_.give_back(std::move(bytes_));
  bytes_.reset();
  capacity_ = begin_ = end_ = 0;
}

}  // namespace jkproxy::proxy

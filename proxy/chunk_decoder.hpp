#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jkproxy::proxy {

// Takes the chunked coding off a body, strictly (RFC 9112 7.1). Knows no socket. Chunk extensions
// and trailers are dropped, both bounded.
class ChunkDecoder {
 public:
  enum class Result : std::uint8_t {
    body,       // `body` holds content; call again with the rest
    need_more,  // all of `bytes` that could be used was consumed
    complete,   // last chunk and trailers were read; what follows belongs to the next message
    malformed,
  };
  struct Step {
    Result result = Result::need_more;
    std::size_t consumed = 0;  // bytes of the input that are done with, `body` included
    std::string_view body;     // part of the input
  };

  Step decode(std::string_view bytes);
  bool complete() const { return state_ == State::complete; }

 private:
  enum class State : std::uint8_t {
    size,
    extension,
    size_lf,
    content,
    content_cr,
    content_lf,
    trailer,
    complete,
    malformed
  };
  State state_ = State::size;
  std::uint64_t left_ = 0;      // of the current chunk
  std::uint32_t overhead_ = 0;  // bytes of this chunk's extension, or of all trailers
  std::uint8_t digits_ = 0;
  // Private helpers and further state are the implementation's.
};

// The line before a chunk of `size` bytes: "1f4\r\n". Into a caller's 18 bytes at least.
std::string_view chunk_head(std::uint64_t size, char* into);
inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace jkproxy::proxy

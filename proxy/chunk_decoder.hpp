#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jkproxy::proxy {

// Takes the chunked coding off a body, strictly (RFC 9112 7.1). Knows no socket. Chunk extensions
// and trailers are dropped, both bounded: 256 bytes per chunk, 8 KiB in all. However the bytes are
// split between calls, the content and the result are the same.
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

  static constexpr std::uint32_t max_extension = 256;
  static constexpr std::uint32_t max_trailers = 8 * 1024;

  Step decode(std::string_view bytes);
  bool complete() const { return state_ == State::complete; }

 private:
  enum class State : std::uint8_t {
    size,       // digits of a chunk's size
    extension,  // the rest of that line
    size_lf,    // behind its CR
    content,
    content_cr,
    content_lf,
    trailer,  // begin of a trailer line
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf,  // behind the CR of the empty line
    complete,
    malformed,
  };
  // One byte of anything but content; what to expect next.
  State after(char c);
  State after_size(char c);
  State after_extension(char c);
  State after_trailer(char c);
  bool may_grow(std::uint32_t limit) { return ++overhead_ <= limit; }

  State state_ = State::size;
  std::uint64_t left_ = 0;      // of the current chunk
  std::uint32_t overhead_ = 0;  // bytes of this chunk's extension, or of all trailers
  std::uint8_t digits_ = 0;
};

// The line before a chunk of `size` bytes: "1f4\r\n". Into a caller's 18 bytes at least.
std::string_view chunk_head(std::uint64_t size, char* into);
inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace jkproxy::proxy

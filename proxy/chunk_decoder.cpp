#include "proxy/chunk_decoder.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "proxy/ascii.hpp"

namespace jkproxy::proxy {
namespace {

constexpr std::uint8_t max_digits = 16;                                       // what 64 bits hold
constexpr std::uint64_t max_size = std::numeric_limits<std::int64_t>::max();  // as Content-Length

constexpr unsigned hex_value(char c) {
  return static_cast<unsigned>(is_digit(c) ? c - '0' : lower(c) - 'a' + 10);
}

}  // namespace

ChunkDecoder::Step ChunkDecoder::decode(std::string_view bytes) {
  Step step;
  while (state_ != State::complete && state_ != State::malformed) {
    if (step.consumed == bytes.size()) return step;
    if (state_ != State::content) {
      state_ = after(bytes[step.consumed++]);
      continue;
    }
    const auto rest = bytes.substr(step.consumed);
    step.body = rest.substr(0, std::min<std::uint64_t>(rest.size(), left_));
    step.result = Result::body;
    step.consumed += step.body.size();
    left_ -= step.body.size();
    if (left_ == 0) state_ = State::content_cr;
    return step;
  }
  step.result = state_ == State::complete ? Result::complete : Result::malformed;
  return step;
}

ChunkDecoder::State ChunkDecoder::after(char c) {
  switch (state_) {
    case State::size: return after_size(c);
    case State::extension: return after_extension(c);
    case State::size_lf:
      overhead_ = 0;
      digits_ = 0;
      if (c != '\n') return State::malformed;
      return left_ > 0 ? State::content : State::trailer;
    case State::content_cr: return c == '\r' ? State::content_lf : State::malformed;
    case State::content_lf: return c == '\n' ? State::size : State::malformed;
    case State::trailer:
    case State::trailer_name:
    case State::trailer_value: return after_trailer(c);
    case State::trailer_lf: return c == '\n' ? State::trailer : State::malformed;
    case State::last_lf: return c == '\n' ? State::complete : State::malformed;
    case State::content:
    case State::complete:
    case State::malformed: break;
  }
  return State::malformed;
}

// 1*HEXDIG, then CRLF or an extension; no blanks (RFC 9112 7.1).
ChunkDecoder::State ChunkDecoder::after_size(char c) {
  if (is_hex_digit(c)) {
    if (++digits_ > max_digits) return State::malformed;
    left_ = left_ << 4 | hex_value(c);
    return left_ <= max_size ? State::size : State::malformed;
  }
  if (digits_ == 0) return State::malformed;
  if (c == '\r') return State::size_lf;
  return c == ';' ? State::extension : State::malformed;
}

ChunkDecoder::State ChunkDecoder::after_extension(char c) {
  if (c == '\r') return State::size_lf;
  return is_field_char(c) && may_grow(max_extension) ? State::extension : State::malformed;
}

// Field lines, as in a head (RFC 9112 7.1.2).
ChunkDecoder::State ChunkDecoder::after_trailer(char c) {
  if (c == '\r') {
    if (state_ == State::trailer) return State::last_lf;
    return state_ == State::trailer_value ? State::trailer_lf : State::malformed;
  }
  if (!may_grow(max_trailers)) return State::malformed;
  if (state_ == State::trailer_value)
    return is_field_char(c) ? State::trailer_value : State::malformed;
  if (c == ':' && state_ == State::trailer_name) return State::trailer_value;
  return is_token_char(c) ? State::trailer_name : State::malformed;
}

std::string_view chunk_head(std::uint64_t size, char* into) {
  const auto end = std::to_chars(into, into + 16, size, 16).ptr;
  std::memcpy(end, chunk_end.data(), chunk_end.size());
  return {into, static_cast<std::size_t>(end - into) + chunk_end.size()};
}

}  // namespace jkproxy::proxy

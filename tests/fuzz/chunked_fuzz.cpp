// A chunked body decodes alike however it is split, and what it decodes to, encoded again, decodes
// to the same. First byte of the input: the size of the pieces it comes in.

#include <algorithm>
#include <array>
#include <string>

#include "proxy/chunk_decoder.hpp"
#include "tests/fuzz/property.hpp"

namespace jkproxy::proxy {
namespace {

using fuzz::require;
using Result = ChunkDecoder::Result;

struct Decoded {
  Result result = Result::need_more;
  std::string content;
  std::size_t consumed = 0;
};

void feed(ChunkDecoder& decoder, std::string_view bytes, Decoded& decoded) {
  for (;;) {
    const auto step = decoder.decode(bytes);
    require(step.consumed <= bytes.size(), "no more is consumed than came");
    require((step.result == Result::body) == !step.body.empty(), "a body is a body");
    decoded.content += step.body;
    decoded.consumed += step.consumed;
    decoded.result = step.result;
    if (step.result != Result::body) return;
    bytes.remove_prefix(step.consumed);
  }
}

Decoded decode(std::string_view bytes, std::size_t piece) {
  ChunkDecoder decoder;
  Decoded decoded;
  while (!bytes.empty() && decoded.result == Result::need_more) {
    feed(decoder, bytes.substr(0, piece), decoded);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return decoded;
}

std::string encode(std::string_view content, std::size_t piece) {
  std::string out;
  std::array<char, 18> head;
  while (!content.empty()) {
    const auto chunk = content.substr(0, piece);
    out.append(chunk_head(chunk.size(), head.data())).append(chunk).append(chunk_end);
    content.remove_prefix(chunk.size());
  }
  return out.append(last_chunk);
}

void check(std::string_view input) {
  const std::size_t piece = static_cast<unsigned char>(input.front()) + 1u;
  const auto bytes = input.substr(1);
  const auto whole = decode(bytes, bytes.size());
  const auto split = decode(bytes, piece);
  require(whole.result == split.result && whole.content == split.content &&
              whole.consumed == split.consumed,
          "every split gives the same body");
  if (whole.result != Result::complete) return;

  const auto encoded = encode(whole.content, piece);
  const auto again = decode(encoded, encoded.size());
  require(again.result == Result::complete && again.consumed == encoded.size() &&
              again.content == whole.content,
          "a body encoded again decodes to the same");
}

}  // namespace
}  // namespace jkproxy::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size > 1) jkproxy::proxy::check(jkproxy::fuzz::text_of(bytes, size));
  return 0;
}

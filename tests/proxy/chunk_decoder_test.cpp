#include "proxy/chunk_decoder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

namespace jkproxy::proxy {
namespace {

using Result = ChunkDecoder::Result;

struct Decoded {
  Result result = Result::need_more;
  std::string content;
  std::size_t consumed = 0;
  bool operator==(const Decoded&) const = default;
};

// Feeds `bytes` until the decoder stops; adds to `decoded`.
void feed(ChunkDecoder& decoder, std::string_view bytes, Decoded& decoded) {
  for (;;) {
    const auto step = decoder.decode(bytes);
    decoded.content += step.body;
    decoded.consumed += step.consumed;
    decoded.result = step.result;
    if (step.result != Result::body) return;
    bytes.remove_prefix(step.consumed);
  }
}

Decoded decode(const std::string& bytes) {
  ChunkDecoder decoder;
  Decoded decoded;
  feed(decoder, bytes, decoded);
  return decoded;
}

struct Case {
  std::string name;
  std::string bytes;
  Result result;
  std::string content = {};
  std::string rest = {};
};

const std::vector<Case>& cases() {
  using namespace std::string_literals;
  static const std::vector<Case> all{
      {"9112 7.1: empty body", "0\r\n\r\n", Result::complete},
      {"one chunk", "5\r\nhello\r\n0\r\n\r\n", Result::complete, "hello"},
      {"two chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", Result::complete, "hello world"},
      {"any bytes", "4\r\n\r\n\0\xff\r\n0\r\n\r\n"s, Result::complete, "\r\n\0\xff"s},
      {"hex digits of both cases", "A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n",
       Result::complete, "01234567890123456789a"},
      {"leading zeros", "0005\r\nhello\r\n000\r\n\r\n", Result::complete, "hello"},
      {"16 digits", "0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n", Result::complete,
       "hello"},
      {"17 digits", "00000000000000005\r\nhello", Result::malformed},
      {"overflow", "10000000000000000\r\n", Result::malformed},
      {"the largest size", "7fffffffffffffff\r\nhe", Result::need_more, "he"},
      {"the next message", "0\r\n\r\nGET /", Result::complete, "", "GET /"},
      {"9112 7.1.1: extension", "5;a=b\r\nhello\r\n0;c\r\n\r\n", Result::complete, "hello"},
      {"quoted extension", "5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n", Result::complete, "hello"},
      {"extension with blanks", "5; a = b\r\nhello\r\n0\r\n\r\n", Result::complete, "hello"},
      {"extension as long as allowed", "5;" + std::string(256, 'x') + "\r\nhello\r\n0\r\n\r\n",
       Result::complete, "hello"},
      {"extensions count per chunk",
       "1;" + std::string(200, 'x') + "\r\na\r\n1;" + std::string(200, 'x') + "\r\nb\r\n0\r\n\r\n",
       Result::complete, "ab"},
      {"extension too long", "5;" + std::string(257, 'x') + "\r\n", Result::malformed},
      {"bare LF in an extension", "5;a\nhello\r\n0\r\n\r\n", Result::malformed},
      {"bare CR in an extension", "5;a\rb\r\nhello\r\n", Result::malformed},
      {"NUL in an extension", "5;a\0\r\n"s, Result::malformed},
      {"9112 7.1.2: trailers", "0\r\nA: b\r\nC-D:\te \r\n\r\n", Result::complete},
      {"empty trailer value", "0\r\nA:\r\n\r\n", Result::complete},
      {"trailers, then the next message", "0\r\nA: b\r\n\r\nX", Result::complete, "", "X"},
      {"trailer as long as allowed", "0\r\nA:" + std::string(8190, 'x') + "\r\n\r\n",
       Result::complete},
      {"trailer too long", "0\r\nA:" + std::string(8191, 'x') + "\r\n\r\n", Result::malformed},
      {"trailers too long",
       "0\r\nA:" + std::string(5000, 'x') + "\r\nA:" + std::string(5000, 'x') + "\r\n\r\n",
       Result::malformed},
      {"trailer without a colon", "0\r\nAb\r\n\r\n", Result::malformed},
      {"trailer without a name", "0\r\n: b\r\n\r\n", Result::malformed},
      {"blank before the colon", "0\r\nA : b\r\n\r\n", Result::malformed},
      {"9112 5.2: folded trailer", "0\r\nA: b\r\n c\r\n\r\n", Result::malformed},
      {"bare LF in trailers", "0\r\nA: b\n\r\n", Result::malformed},
      {"bare LF at the end", "0\r\n\n", Result::malformed},
      {"CR CR LF at the end", "0\r\n\r\r\n", Result::malformed},
      {"control character in a trailer", "0\r\nA: \x01\r\n\r\n", Result::malformed},
      {"no size", "\r\nhello", Result::malformed},
      {"no size, extension", ";a\r\nhello", Result::malformed},
      {"bare LF behind the size", "5\nhello\r\n0\r\n\r\n", Result::malformed},
      {"CR, then rubbish", "5\rhello", Result::malformed},
      {"blank before the size", " 5\r\nhello", Result::malformed},
      {"blank behind the size", "5 \r\nhello", Result::malformed},
      {"blank before the extension", "5 ;a\r\nhello", Result::malformed},
      {"tab behind the size", "5\t\r\nhello", Result::malformed},
      {"sign", "+5\r\nhello", Result::malformed},
      {"minus", "-5\r\nhello", Result::malformed},
      {"0x", "0x5\r\nhello", Result::malformed},
      {"not hex", "g\r\nhello", Result::malformed},
      {"underscore", "1_0\r\n", Result::malformed},
      {"chunk longer than its size", "5\r\nhello!\r\n0\r\n\r\n", Result::malformed, "hello"},
      {"chunk ends in bare LF", "5\r\nhello\n0\r\n\r\n", Result::malformed, "hello"},
      {"chunk ends in bare CR", "5\r\nhello\r0\r\n\r\n", Result::malformed, "hello"},
      {"chunk without an end", "5\r\nhello0\r\n\r\n", Result::malformed, "hello"},
      {"2^63, as Content-Length", "8000000000000000\r\nhello", Result::malformed},
      {"2^64 - 1", "ffffffffffffffff\r\nhello", Result::malformed},
      {"nothing", "", Result::need_more},
      {"cut in the size", "5", Result::need_more},
      {"cut in a chunk", "5\r\nhel", Result::need_more, "hel"},
      {"cut before the last chunk", "5\r\nhello\r\n", Result::need_more, "hello"},
      {"cut in the last line", "0\r\n\r", Result::need_more},
      {"cut in the trailers", "0\r\nA: b\r\n", Result::need_more},
  };
  return all;
}

TEST(ChunkDecoder, DecodesStrictly) {
  for (const auto& c : cases()) {
    const auto decoded = decode(c.bytes);
    EXPECT_EQ(decoded.result, c.result) << c.name;
    EXPECT_EQ(decoded.content, c.content) << c.name;
    if (c.result == Result::malformed) continue;
    EXPECT_EQ(decoded.consumed, c.bytes.size() - c.rest.size()) << c.name;
  }
}

TEST(ChunkDecoder, EverySplitGivesTheSameResult) {
  for (const auto& c : cases()) {
    const auto whole = decode(c.bytes);
    for (std::size_t split = 0; split <= c.bytes.size(); ++split) {
      const std::string_view bytes{c.bytes};
      ChunkDecoder decoder;
      Decoded decoded;
      feed(decoder, bytes.substr(0, split), decoded);
      if (decoded.result == Result::need_more) feed(decoder, bytes.substr(split), decoded);
      ASSERT_EQ(decoded, whole) << c.name << " split at " << split;
    }
  }
}

TEST(ChunkDecoder, ByteByByteGivesTheSameResult) {
  for (const auto& c : cases()) {
    ChunkDecoder decoder;
    Decoded decoded;
    for (std::size_t i = 0; i < c.bytes.size() && decoded.result == Result::need_more; ++i)
      feed(decoder, std::string_view{c.bytes}.substr(i, 1), decoded);
    EXPECT_EQ(decoded, decode(c.bytes)) << c.name;
  }
}

TEST(ChunkDecoder, StaysWhereItStopped) {
  ChunkDecoder done;
  EXPECT_FALSE(done.complete());
  EXPECT_EQ(done.decode("0\r\n\r\n").result, Result::complete);
  EXPECT_TRUE(done.complete());
  EXPECT_EQ(done.decode("5\r\nhello").result, Result::complete);
  EXPECT_EQ(done.decode("5\r\nhello").consumed, 0u);

  ChunkDecoder broken;
  EXPECT_EQ(broken.decode("x").result, Result::malformed);
  EXPECT_EQ(broken.decode("0\r\n\r\n").result, Result::malformed);
}

TEST(ChunkHead, IsTheSizeInHex) {
  std::array<char, 18> into;
  EXPECT_EQ(chunk_head(0, into.data()), "0\r\n");
  EXPECT_EQ(chunk_head(500, into.data()), "1f4\r\n");
  EXPECT_EQ(chunk_head(std::numeric_limits<std::uint64_t>::max(), into.data()),
            "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace jkproxy::proxy

#include "proxy/body_pump.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/fakes/memory_stream.hpp"

namespace jkproxy::proxy {
namespace {

using fakes::MemoryStream;
using Kind = Framing::Kind;
using Step = BodyPump::Step;

// `content` as the source sends it. Chunked: in chunks of `chunk` bytes.
std::string framed(const Framing& framing, const std::string& content, std::size_t chunk = 7) {
  if (framing.kind != Kind::chunked) return content;
  std::string out;
  for (std::size_t at = 0; at < content.size(); at += chunk) {
    std::array<char, 20> head;
    const auto part = content.substr(at, chunk);
    out.append(chunk_head(part.size(), head.data())).append(part).append(chunk_end);
  }
  return out.append(last_chunk);
}

struct Unframed {
  std::string content;
  bool complete = false;
};

// What the sink's peer understands of the bytes behind the head.
Unframed unframed(const Framing& framing, std::string_view bytes) {
  if (framing.kind == Kind::length) return {std::string{bytes}, bytes.size() == framing.length};
  if (framing.kind != Kind::chunked) return {std::string{bytes}, true};
  Unframed result;
  ChunkDecoder decoder;
  while (!bytes.empty() && !decoder.complete()) {
    const auto step = decoder.decode(bytes);
    EXPECT_NE(step.result, ChunkDecoder::Result::malformed);
    result.content.append(step.body);
    bytes.remove_prefix(step.consumed);
  }
  EXPECT_TRUE(bytes.empty());
  result.complete = decoder.complete();
  return result;
}

// One message on its way.
class Transfer {
 public:
  Transfer(Framing in, Framing out, std::string head_text = "HEAD\r\n\r\n")
      : head_size{head_text.size()}, head{std::move(head_text)}, pump{in, out, head}, out_{out} {}

  // Steps until it is over, or nothing moves although it was tried twice.
  Step run() {
    for (int blocked = 0; blocked < 3;) {
      const auto step = pump.step(source, buffer, sink);
      if (step == Step::moved) {
        blocked = 0;
      } else if (step == Step::source_blocked || step == Step::sink_blocked) {
        ++blocked;
        last_ = step;
      } else {
        return step;
      }
    }
    return last_;
  }

  // Bytes that came along with the head, in the same read.
  void begin_with(std::string_view bytes) {
    const auto space = buffer.space();
    std::copy(bytes.begin(), bytes.end(), space.begin());
    buffer.filled(bytes.size());
  }

  std::string head_seen() const { return sink.written().substr(0, head_size); }
  Unframed body_seen() const {
    if (sink.written().size() < head_size) return {};
    return unframed(out_, std::string_view{sink.written()}.substr(head_size));
  }

  std::size_t head_size;
  BlockPool pool;
  ReadBuffer buffer{pool};
  MemoryStream source;
  MemoryStream sink;
  std::string head;
  BodyPump pump;

 private:
  Framing out_;
  Step last_ = Step::moved;
};

struct Pair {
  const char* name;
  Framing in;
  Framing out;
  std::string content;
};

const std::vector<Pair>& pairs() {
  static const std::string text = "The quick brown fox jumps over it.";
  static const auto size = static_cast<std::uint64_t>(text.size());
  static const std::vector<Pair> all{
      {"no body", {}, {}, ""},
      {"length 0", {Kind::length, 0}, {Kind::length, 0}, ""},
      {"length", {Kind::length, size}, {Kind::length, size}, text},
      {"length 1", {Kind::length, 1}, {Kind::length, 1}, "x"},
      {"length to chunked", {Kind::length, size}, {Kind::chunked}, text},
      {"chunked", {Kind::chunked}, {Kind::chunked}, text},
      {"chunked, empty", {Kind::chunked}, {Kind::chunked}, ""},
      {"chunked to until close", {Kind::chunked}, {Kind::until_close}, text},
      {"chunked to until close, empty", {Kind::chunked}, {Kind::until_close}, ""},
      {"until close to chunked", {Kind::until_close}, {Kind::chunked}, text},
      {"until close to chunked, empty", {Kind::until_close}, {Kind::chunked}, ""},
      {"until close", {Kind::until_close}, {Kind::until_close}, text},
      {"until close, empty", {Kind::until_close}, {Kind::until_close}, ""},
  };
  return all;
}

void expect_whole(const Transfer& transfer, const Pair& pair) {
  EXPECT_TRUE(transfer.pump.finished());
  EXPECT_TRUE(transfer.pump.head_sent());
  EXPECT_EQ(transfer.head_seen(), "HEAD\r\n\r\n");
  EXPECT_EQ(transfer.body_seen().content, pair.content);
  EXPECT_TRUE(transfer.body_seen().complete);
  EXPECT_EQ(transfer.pump.sent(), transfer.sink.written().size());
  EXPECT_EQ(transfer.pump.body_bytes(), pair.content.size());
}

TEST(BodyPump, CarriesEveryFramingIntoEveryOther) {
  for (const auto& pair : pairs()) {
    SCOPED_TRACE(pair.name);
    Transfer transfer{pair.in, pair.out};
    transfer.source.receive(framed(pair.in, pair.content));
    transfer.source.end();
    EXPECT_EQ(transfer.run(), Step::finished);
    expect_whole(transfer, pair);
  }
}

TEST(BodyPump, EverySplitOfTheSourceGivesTheSame) {
  for (const auto& pair : pairs()) {
    const auto bytes = framed(pair.in, pair.content);
    for (std::size_t with_head = 0; with_head <= bytes.size(); ++with_head) {
      SCOPED_TRACE(std::string{pair.name} + " split at " + std::to_string(with_head));
      Transfer transfer{pair.in, pair.out};
      if (with_head > 0) transfer.begin_with(bytes.substr(0, with_head));
      transfer.source.receive(bytes.substr(with_head));
      transfer.source.end();
      EXPECT_EQ(transfer.run(), Step::finished);
      expect_whole(transfer, pair);
    }
  }
}

TEST(BodyPump, ShortReadsAndShortWritesGiveTheSame) {
  for (const auto& pair : pairs()) {
    for (const std::size_t read : {1U, 2U, 3U, 5U, 8U, 13U, 21U}) {
      for (const std::size_t write : {1U, 2U, 3U, 4U, 7U, 11U, 19U}) {
        SCOPED_TRACE(std::string{pair.name} + " read by " + std::to_string(read) + ", written by " +
                     std::to_string(write));
        Transfer transfer{pair.in, pair.out};
        transfer.source.receive(framed(pair.in, pair.content));
        transfer.source.end();
        transfer.source.read_by(read, true);
        transfer.sink.write_by(write, true);
        EXPECT_EQ(transfer.run(), Step::finished);
        expect_whole(transfer, pair);
      }
    }
  }
}

TEST(BodyPump, ASourceThatEndsHalfwayIsNeverPassedOnAsWhole) {
  for (const auto& pair : pairs()) {
    if (pair.in.kind == Kind::until_close) continue;
    const auto bytes = framed(pair.in, pair.content);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      for (const bool broken : {false, true}) {
        SCOPED_TRACE(std::string{pair.name} + " cut at " + std::to_string(cut));
        Transfer transfer{pair.in, pair.out};
        transfer.source.receive(bytes.substr(0, cut));
        broken ? transfer.source.break_reading() : transfer.source.end();
        EXPECT_EQ(transfer.run(), Step::source_failed);
        EXPECT_FALSE(transfer.pump.finished());
        const auto seen = transfer.body_seen();
        EXPECT_EQ(seen.content, pair.content.substr(0, seen.content.size()));
        EXPECT_TRUE(pair.out.kind == Kind::until_close || !seen.complete);
      }
    }
  }
}

TEST(BodyPump, ABrokenConnectionIsNoEndOfABodyUntilClose) {
  for (const auto kind : {Kind::chunked, Kind::until_close}) {
    Transfer transfer{{Kind::until_close}, {kind}};
    transfer.source.receive("half");
    transfer.source.break_reading();
    EXPECT_EQ(transfer.run(), Step::source_failed);
    EXPECT_EQ(transfer.body_seen().content, "half");
    EXPECT_FALSE(transfer.pump.finished());
  }
}

TEST(BodyPump, ASinkThatFailsIsToldAtEveryByte) {
  for (const auto& pair : pairs()) {
    Transfer whole{pair.in, pair.out};
    whole.source.receive(framed(pair.in, pair.content));
    whole.source.end();
    ASSERT_EQ(whole.run(), Step::finished);
    for (std::size_t cut = 0; cut < whole.sink.written().size(); ++cut) {
      SCOPED_TRACE(std::string{pair.name} + " fails after " + std::to_string(cut));
      Transfer transfer{pair.in, pair.out};
      transfer.source.receive(framed(pair.in, pair.content));
      transfer.source.end();
      transfer.sink.break_writing_after(cut);
      EXPECT_EQ(transfer.run(), Step::sink_failed);
      EXPECT_EQ(transfer.sink.written(), whole.sink.written().substr(0, cut));
      EXPECT_EQ(transfer.pump.sent(), cut);
      EXPECT_FALSE(transfer.pump.finished());
    }
  }
}

TEST(BodyPump, BrokenChunksAreMalformedAndNeverWhole) {
  const std::string good = "5\r\nhello\r\n";
  for (const std::string bad :
       {"x\r\n", "5 \r\nhello\r\n", "5\nhello\r\n", "5\r\nhello!\r\n", "-1\r\n", "\r\n",
        "0\r\nA b\r\n", "5\r\nhello\n0\r\n\r\n", "10000000000000000\r\n"}) {
    for (const auto kind : {Kind::chunked, Kind::until_close}) {
      for (const std::size_t piece : {std::size_t{1}, std::size_t{4}, MemoryStream::unlimited}) {
        SCOPED_TRACE(bad);
        Transfer transfer{{Kind::chunked}, {kind}};
        transfer.source.receive(good + bad);
        transfer.source.end();
        transfer.source.read_by(piece);
        EXPECT_EQ(transfer.run(), Step::malformed);
        EXPECT_FALSE(transfer.pump.finished());
        EXPECT_TRUE(kind == Kind::until_close || !transfer.body_seen().complete);
      }
    }
  }
}

TEST(BodyPump, BytesBehindTheMessageStayInTheBuffer) {
  for (const auto& pair : pairs()) {
    if (pair.in.kind == Kind::until_close) continue;
    SCOPED_TRACE(pair.name);
    Transfer transfer{pair.in, pair.out};
    transfer.begin_with(framed(pair.in, pair.content) + "GET /next");
    EXPECT_EQ(transfer.run(), Step::finished);
    EXPECT_EQ(transfer.buffer.unread(), "GET /next");
    expect_whole(transfer, pair);
  }
}

TEST(BodyPump, ASlowSinkHoldsTheSourceBack) {
  const std::string megabyte(1024 * 1024, 'x');
  for (const Framing in : {Framing{Kind::length, megabyte.size()}, Framing{Kind::chunked}}) {
    Transfer transfer{in, in};
    transfer.source.receive(framed(in, megabyte, 5000));
    transfer.sink.set_room(0);
    EXPECT_EQ(transfer.run(), Step::sink_blocked);
    for (std::size_t room = 100'000; room <= 500'000; room += 100'000) {
      transfer.sink.set_room(room);
      EXPECT_EQ(transfer.run(), Step::sink_blocked);
      EXPECT_EQ(transfer.sink.written().size(), room);
      EXPECT_LE(transfer.source.bytes_read(), room + 2 * BlockPool::block_size);
    }
    transfer.sink.set_room(MemoryStream::unlimited);
    EXPECT_EQ(transfer.run(), Step::finished);
    EXPECT_EQ(transfer.body_seen().content, megabyte);
  }
}

TEST(BodyPump, ASlowSourceIsWaitedForWithoutABlock) {
  Transfer transfer{{Kind::length, 10}, {Kind::length, 10}};
  transfer.source.receive("hello");
  EXPECT_EQ(transfer.run(), Step::source_blocked);
  EXPECT_EQ(transfer.body_seen().content, "hello");
  EXPECT_TRUE(transfer.buffer.unread().empty());
  transfer.source.receive("world");
  EXPECT_EQ(transfer.run(), Step::finished);
  EXPECT_EQ(transfer.body_seen().content, "helloworld");
}

TEST(BodyPump, EachPieceOfAStreamIsSentAsItComes) {
  Transfer transfer{{Kind::chunked}, {Kind::chunked}};
  std::string sent;
  for (const std::string event : {"data: 1\n\n", "data: 2\n\n", "data: 3\n\n"}) {
    transfer.source.receive("9\r\n" + event + "\r\n");
    EXPECT_EQ(transfer.run(), Step::source_blocked);
    EXPECT_EQ(transfer.body_seen().content, sent += event);
  }
  transfer.source.receive("0\r\n\r\n");
  EXPECT_EQ(transfer.run(), Step::finished);
}

TEST(BodyPump, AHeadGoesOutBeforeItsBodyComes) {
  Transfer transfer{{Kind::length, 5}, {Kind::length, 5}};
  EXPECT_EQ(transfer.run(), Step::source_blocked);
  EXPECT_EQ(transfer.sink.written(), "HEAD\r\n\r\n");
  EXPECT_TRUE(transfer.pump.head_sent());
}

TEST(BodyPump, HeadAndBodyThatCameTogetherGoInOneWrite) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{4096}, std::size_t{4097}, std::size_t{30'000}}) {
    for (const auto kind : {Kind::length, Kind::chunked}) {
      const std::string content(size, 'x');
      const Framing framing{kind, kind == Kind::length ? size : 0};
      Transfer transfer{framing, framing};
      transfer.begin_with(framed(framing, content, size));
      EXPECT_EQ(transfer.run(), Step::finished);
      EXPECT_EQ(transfer.sink.writes(), 1u) << size;
      EXPECT_EQ(transfer.body_seen().content, content);
    }
  }
}

TEST(BodyPump, ManySmallChunksLeaveAsFewLargeOnes) {
  const std::string content(400, 'x');
  Transfer transfer{{Kind::chunked}, {Kind::chunked}};
  transfer.begin_with(framed({Kind::chunked}, content, 10));
  EXPECT_EQ(transfer.run(), Step::finished);
  EXPECT_EQ(transfer.body_seen().content, content);
  EXPECT_LE(transfer.sink.writes(), 6u);
}

TEST(BodyPump, LargeBodiesArriveWhole) {
  std::string content;
  for (int i = 0; content.size() < 700'000; ++i) content.append(std::to_string(i)).append(",");
  const std::vector<Framing> framings{
      {Kind::length, content.size()}, {Kind::chunked}, {Kind::until_close}};
  for (const auto& in : framings) {
    for (const std::size_t chunk : {std::size_t{100}, std::size_t{8192}, content.size()}) {
      const Framing out = in.kind == Kind::length ? in : Framing{Kind::chunked};
      Transfer transfer{in, out};
      transfer.source.receive(framed(in, content, chunk));
      transfer.source.end();
      transfer.source.read_by(9999, true);
      transfer.sink.write_by(7777, true);
      EXPECT_EQ(transfer.run(), Step::finished);
      EXPECT_TRUE(transfer.body_seen().content == content);
      EXPECT_TRUE(transfer.body_seen().complete);
    }
  }
}

}  // namespace
}  // namespace jkproxy::proxy

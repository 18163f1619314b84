// BodyPump over real sockets: the rest of a large body goes through a pipe of the kernel.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <string>

#include "proxy/body_pump.hpp"
#include "proxy/socket_stream.hpp"
#include "tests/fakes/memory_stream.hpp"

namespace jkproxy::proxy {
namespace {

using Kind = Framing::Kind;
using Step = BodyPump::Step;

constexpr std::size_t large = 3'000'001;  // bytes; no multiple of a page

std::string text_of(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text.append(std::to_string(i)).append(",");
  text.resize(size);
  return text;
}

// A stream, and the test's hand at the other end of its connection.
class Connected {
 public:
  explicit Connected(asio::io_context& io) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    peer_ = ends[0];
    stream_.emplace(io.get_executor(), ends[1]);
  }
  ~Connected() { hang_up(); }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;

  SocketStream& stream() { return *stream_; }

  // As much of `bytes` as the socket takes; the number of bytes.
  std::size_t send(std::string_view bytes) const {
    const auto sent = ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }

  // At most `most` of what has come.
  std::string receive(std::size_t most = 1UL << 20U) const {
    std::string bytes(most, '\0');
    const auto got = ::recv(peer_, bytes.data(), most, 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }

  void hang_up() {
    if (peer_ >= 0) ::close(std::exchange(peer_, -1));
  }

 private:
  int peer_ = -1;
  std::optional<SocketStream> stream_;
};

class SplicedBody : public ::testing::Test {
 protected:
  SplicedBody() { std::signal(SIGPIPE, SIG_IGN); }  // as the program does

  // Steps until nothing moves.
  Step run(BodyPump& pump) {
    source.stream().look();
    sink.stream().look();
    auto step = Step::moved;
    while (step == Step::moved) step = pump.step(source.stream(), buffer, sink.stream());
    return step;
  }

  // The source sends what it can and the sink takes at most `piece`, until the pump is done.
  Step carry(BodyPump& pump, std::string_view body, std::size_t piece, std::string& arrived) {
    for (;;) {
      body.remove_prefix(source.send(body));
      const auto step = run(pump);
      for (auto part = sink.receive(piece); !part.empty(); part = sink.receive(piece))
        arrived.append(part);
      if (step != Step::source_blocked && step != Step::sink_blocked) return step;
    }
  }

  // Until the sink takes no more, and the pipe is full as well.
  void fill_up(BodyPump& pump) {
    while (source.send(halfway) > 0) EXPECT_NE(run(pump), Step::finished);
    EXPECT_EQ(run(pump), Step::sink_blocked);
  }

  const std::string halfway = text_of(large / 2);
  asio::io_context io;
  BlockPool pool;
  ReadBuffer buffer{pool};
  Connected source{io};
  Connected sink{io};
  std::string head = "HEAD\r\n\r\n";
};

TEST_F(SplicedBody, ArrivesWhole) {
  const auto body = text_of(large);
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1} << 20U}) {
    std::string arrived;
    auto sent_head = head;
    BodyPump pump{{Kind::length, large}, {Kind::length, large}, sent_head};
    EXPECT_EQ(carry(pump, body, piece, arrived), Step::finished);
    EXPECT_TRUE(arrived == head + body);
    EXPECT_TRUE(pump.finished());
    EXPECT_EQ(pump.body_bytes(), large);
    EXPECT_EQ(pump.sent(), large + head.size());
  }
}

TEST_F(SplicedBody, BytesBehindItStayWithTheSource) {
  std::string arrived;
  BodyPump pump{{Kind::length, large}, {Kind::length, large}, head};
  EXPECT_EQ(carry(pump, text_of(large) + "next", 1UL << 20U, arrived), Step::finished);
  std::array<char, 16> next{};
  source.stream().look();
  EXPECT_EQ(source.stream().try_read(next).bytes, 4u);
}

TEST_F(SplicedBody, ASourceThatEndsHalfwayIsNeverPassedOnAsWhole) {
  BodyPump pump{{Kind::length, large}, {Kind::length, large}, head};
  for (auto body = std::string_view{halfway}; !body.empty();) {
    body.remove_prefix(source.send(body));
    EXPECT_NE(run(pump), Step::finished);
    sink.receive();
  }
  source.hang_up();
  auto step = run(pump);
  for (; step == Step::sink_blocked; step = run(pump)) sink.receive();
  EXPECT_EQ(step, Step::source_failed);
  EXPECT_FALSE(pump.finished());
}

TEST_F(SplicedBody, ASinkThatHasLeftIsTold) {
  BodyPump pump{{Kind::length, large}, {Kind::length, large}, head};
  fill_up(pump);
  sink.hang_up();
  EXPECT_EQ(run(pump), Step::sink_failed);
  EXPECT_FALSE(pump.finished());
}

TEST_F(SplicedBody, WhatABrokenTransferLeftReachesNobodyElse) {
  {
    auto lost_head = head;
    BodyPump pump{{Kind::length, large}, {Kind::length, large}, lost_head};
    fill_up(pump);
  }
  const auto pipe = pool.take_pipe();
  EXPECT_TRUE(pipe->empty());
}

TEST_F(SplicedBody, MorePipesThanAreAllowedAreNotTaken) {
  std::vector<BlockPool::PooledPipe> taken;
  while (auto pipe = pool.take_pipe()) taken.push_back(std::move(pipe));
  EXPECT_EQ(taken.size(), 64u);
  std::string arrived;
  BodyPump pump{{Kind::length, large}, {Kind::length, large}, head};
  EXPECT_EQ(carry(pump, text_of(large), 1UL << 20U, arrived), Step::finished);  // by the buffer
  taken.pop_back();
  EXPECT_NE(pool.take_pipe(), nullptr);
}

TEST_F(SplicedBody, StreamsWithoutASocketGoByTheBuffer) {
  const auto body = text_of(large);
  fakes::MemoryStream memory;
  memory.receive(body);
  BodyPump pump{{Kind::length, large}, {Kind::length, large}, head};
  fakes::MemoryStream written;
  auto step = Step::moved;
  while (step == Step::moved) step = pump.step(memory, buffer, written);
  EXPECT_EQ(step, Step::finished);
  EXPECT_TRUE(written.written() == "HEAD\r\n\r\n" + body);
}

}  // namespace
}  // namespace jkproxy::proxy

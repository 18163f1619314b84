// Aborts are passed on as aborts, in both directions: nobody takes a part for the whole.

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class Abort : public HandProxy {
 protected:
  // A client whose request is with the worker.
  void begin(const std::string& bytes) {
    start();
    std::tie(client, worker) = meet(bytes);
  }

  // The next request comes over a connection of its own.
  void expect_a_new_worker_connection() {
    auto [next, its_worker] = meet(request);
    its_worker.send(ok("next"));
    EXPECT_TRUE(next.receive_message().ends_with("next"));
  }

  Connection client{-1};
  Connection worker{-1};
};

struct Cut {
  const char* name;
  bool by_reset;
  std::string head;
  std::string part;
  std::string then = {};
};

const std::string with_length = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
const std::string in_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string until_close = "HTTP/1.1 200 OK\r\n\r\n";

class CutAnswer : public Abort, public testing::WithParamInterface<Cut> {};

TEST_P(CutAnswer, IsNoCleanEndForTheClient) {
  const auto& cut = GetParam();
  begin(request);
  worker.send(cut.head + cut.part);
  EXPECT_FALSE(client.receive_until("\r\n\r\n").empty());
  if (!cut.part.empty()) {
    EXPECT_FALSE(client.receive_until("part").empty());
  }
  worker.send(cut.then);
  cut.by_reset ? worker.reset() : worker.close();
  EXPECT_EQ(client.receive_all().find("0\r\n"), std::string::npos);
  EXPECT_EQ(client.end(), End::closed);
  client.close();
  expect_a_new_worker_connection();
}

INSTANTIATE_TEST_SUITE_P(
    Whole, CutAnswer,
    testing::Values(Cut{"LengthClosed", false, with_length, "part"},
                    Cut{"LengthReset", true, with_length, "part"},
                    Cut{"LengthClosedAtOnce", false, with_length, ""},
                    Cut{"ChunkedClosed", false, in_chunks, "4\r\npart\r\n"},
                    Cut{"ChunkedReset", true, in_chunks, "4\r\npart\r\n"},
                    Cut{"ChunkedClosedInAChunk", false, in_chunks, "ff\r\npart"},
                    Cut{"ChunkedClosedInTheLastChunk", false, in_chunks, "4\r\npart\r\n0\r\n"},
                    Cut{"ChunkedMalformed", false, in_chunks, "4\r\npart\r\n", "zz\r\n"},
                    Cut{"UntilCloseReset", true, until_close, "part"}),
    [](const auto& cut) { return std::string{cut.param.name}; });

// A reset would take from the client what it has not read yet.
TEST_F(Abort, ACutAnswerLeavesTheOneBeforeItWhole) {
  begin(request + request);
  const auto first = ok(std::string(300'000, 'a'));
  worker.send(first);
  ASSERT_FALSE(worker.receive_head().empty());
  worker.send(with_length + "part");
  worker.reset();
  expect_a_new_worker_connection();  // by then jkproxy has seen the cut
  EXPECT_EQ(client.receive_message().size(), first.size());
  EXPECT_TRUE(client.receive_all().ends_with("\r\n\r\npart"));
  EXPECT_EQ(client.end(), End::closed);
}

TEST_F(Abort, ACutAnswerIsAResetForAnHttp10Client) {
  begin("GET /x HTTP/1.0\r\n\r\n");
  worker.send(in_chunks + "4\r\npart\r\n");
  EXPECT_TRUE(client.receive_until("part").ends_with("\r\n\r\npart"));
  worker.close();
  EXPECT_EQ(client.await_end(), End::reset);
}

TEST_F(Abort, AnAnswerThatEndsWithItsConnectionIsWhole) {
  begin(request);
  worker.send(until_close + "all");
  worker.close();
  EXPECT_TRUE(client.receive_until("0\r\n\r\n").ends_with("3\r\nall\r\n0\r\n\r\n"));
  client.send(request);  // and the client's connection goes on
  EXPECT_FALSE(node1.accept().receive_head().empty());
}

TEST_F(Abort, AClientThatLeavesWhileTheWorkerThinksIsNoticedAtOnce) {
  for (const bool by_reset : {false, true}) {
    begin(request);
    by_reset ? client.reset() : client.close();
    EXPECT_EQ(worker.await_end(), End::reset) << by_reset;
    expect_a_new_worker_connection();
    stop();
  }
}

TEST_F(Abort, AClientThatLeavesInMidUploadEndsTheWorkersConnection) {
  for (const bool by_reset : {false, true}) {
    begin("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart");
    EXPECT_EQ(worker.receive(4), "part");
    by_reset ? client.reset() : client.close();
    EXPECT_EQ(worker.await_end(), End::reset) << by_reset;
    expect_a_new_worker_connection();
    stop();
  }
}

TEST_F(Abort, AClientThatLeavesInMidChunkedUploadNeverEndsTheBodyForTheWorker) {
  begin("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
  EXPECT_EQ(worker.receive_until("part\r\n"), "4\r\npart\r\n");
  client.end_writing();
  EXPECT_EQ(worker.receive_all(), "");
  EXPECT_EQ(worker.end(), End::reset);
}

// All buffers between client and worker are full, and nobody reads: the client's end cannot be read
// either.
TEST_F(Abort, AClientThatLeavesBehindAWorkerThatDoesNotReadIsNoticed) {
  begin("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
  const std::string piece(64UL * 1024, 'u');
  const timeval moment{.tv_sec = 0, .tv_usec = 200'000};
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment);
  while (client.send(piece)) {
  }
  client.reset();
  EXPECT_TRUE(worker.ends_unread());
}

TEST_F(Abort, AClientThatLeavesInMidDownloadEndsTheWorkersConnection) {
  for (const bool by_reset : {false, true}) {
    begin(request);
    worker.send(with_length + "part");
    EXPECT_FALSE(client.receive_until("part").empty());
    by_reset ? client.reset() : client.close();
    EXPECT_EQ(worker.await_end(), End::reset) << by_reset;
    expect_a_new_worker_connection();
    stop();
  }
}

TEST_F(Abort, AClientThatLeavesUnderAFloodOfDataEndsTheWorkersConnection) {
  begin(request);
  worker.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  EXPECT_FALSE(client.receive_head().empty());
  client.close();
  const std::string piece(64UL * 1024, 'd');
  while (worker.send(piece)) {
  }
  EXPECT_NE(worker.await_end(), End::silent);
  expect_a_new_worker_connection();
}

TEST_F(Abort, BytesBehindACompleteAnswerEndTheWorkersConnectionOnly) {
  begin(request);
  worker.send(ok("one") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  EXPECT_TRUE(client.receive_message().ends_with("one"));
  EXPECT_NE(worker.await_end(), End::silent);
  client.send(request);
  auto next = node1.accept();
  next.receive_head();
  next.send(ok("two"));
  EXPECT_TRUE(client.receive_message().ends_with("two"));
}

}  // namespace
}  // namespace jkproxy

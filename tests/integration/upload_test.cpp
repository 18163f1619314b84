// Request bodies through the whole proxy, and answers that come before their end.

#include <future>

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class Upload : public HandProxy {};

constexpr std::size_t large = 32UL * 1024 * 1024;  // more than all buffers on the way hold

std::string post(const std::string& framing) {
  return "POST /x HTTP/1.1\r\nHost: h\r\n" + framing + "\r\n";
}

std::string length(std::size_t bytes) {
  return "Content-Length: " + std::to_string(bytes) + "\r\n";
}

std::string chunk(const std::string& bytes) {
  std::array<char, 20> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return size.data() + bytes + "\r\n";
}

// Sends until all is sent or the peer takes no more, as a client does that reads only afterwards.
std::future<std::size_t> send_in_background(const Connection& client, std::size_t bytes) {
  return std::async(std::launch::async, [&client, bytes] {
    const std::string piece(256UL * 1024, 'u');
    std::size_t sent = 0;
    while (sent < bytes && client.send(piece)) sent += piece.size();
    return sent;
  });
}

TEST_F(Upload, ChunksArriveWhileTheClientStillSends) {
  start();
  auto client = connect();
  client.send(post("Transfer-Encoding: chunked\r\n") + chunk("one"));
  auto worker = node1.accept();
  EXPECT_NE(worker.receive_head().find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(worker.receive_until("one\r\n"), "3\r\none\r\n");
  client.send("4;name=value\r\n");  // extensions are not passed on
  client.send("two!\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(worker.receive_until("0\r\n\r\n"), "4\r\ntwo!\r\n0\r\n\r\n");
  worker.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("three"));
  EXPECT_TRUE(client.receive_until("three\r\n").ends_with("5\r\nthree\r\n"));
  worker.send("0\r\n\r\n");
  EXPECT_EQ(client.receive_until("0\r\n\r\n"), "0\r\n\r\n");
  client.send("GET /y HTTP/1.1\r\nHost: h\r\n\r\n");  // the same connections go on
  EXPECT_TRUE(worker.receive_head().starts_with("GET /y "));
}

TEST_F(Upload, ASlowWorkerHoldsTheClientBack) {
  start();
  auto [client, worker] = meet(post(length(large)));
  auto sending = send_in_background(client, large);
  EXPECT_EQ(sending.wait_for(std::chrono::milliseconds{300}), std::future_status::timeout);
  std::size_t received = 0;
  while (received < large) received += worker.receive(1UL * 1024 * 1024).size();
  EXPECT_EQ(sending.get(), large);
  worker.send(ok("done"));
  EXPECT_TRUE(client.receive_message().ends_with("done"));
}

// The worker answers and closes, as Tomcat does it: the client must be able to read the answer,
// even if it looks for it only when it cannot send any more.
TEST_F(Upload, AnEarlyAnswerIsDeliveredWholeAndEndsTheUpload) {
  for (const std::string status : {"401", "413"}) {
    HandTomcat tomcat;
    settings.workers.clear();
    balancer().workers.clear();
    add_worker("node1", tomcat.port());
    start();
    auto client = connect();
    client.send(post(length(large)));
    auto worker = tomcat.accept();
    worker.receive_head();
    auto sending = send_in_background(client, large);
    const std::string body(50'000, 'e');  // fits into our socket: its reset takes what does not
    worker.send("HTTP/1.1 " + status + " No\r\nConnection: close\r\n" + length(body.size()) +
                "\r\n" + body);
    worker.close();
    const auto answer = client.receive_all();
    EXPECT_EQ(status_of(answer), status);
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with(body));
    EXPECT_EQ(client.end(), End::closed);
    client.end_writing();
    sending.get();
    stop();
  }
}

TEST_F(Upload, AnEarlyAnswerOfAWorkerThatReadsNoMoreEndsItsConnection) {
  start();
  auto [client, worker] = meet(post(length(large)));
  auto sending = send_in_background(client, large);
  worker.send(ok("early"));  // and keeps its connection
  EXPECT_TRUE(client.receive_all().ends_with("early"));
  EXPECT_NE(worker.await_end(), End::silent);
  ::shutdown(client.descriptor(), SHUT_RDWR);  // the sender may be at work still
  sending.get();
  auto next = connect();
  next.send("GET /y HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(node1.accept().receive_head().starts_with("GET /y "));
}

TEST_F(Upload, AWorkerThatReadsToTheEndAfterAnEarlyHeadIsKept) {
  start();
  auto [client, worker] = meet(post(length(10)) + "hello");
  EXPECT_EQ(worker.receive(5), "hello");
  worker.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nearly");
  EXPECT_TRUE(client.receive_until("early").ends_with("early"));
  client.send("world");
  EXPECT_EQ(worker.receive(5), "world");
  worker.send("later");
  EXPECT_EQ(client.receive_until("later"), "later");
}

TEST_F(Upload, AMalformedChunkIs400AndNothingMoreIsRead) {
  start();
  auto client = connect();
  client.send(post("Transfer-Encoding: chunked\r\n") + chunk("one") + "zz\r\nevil");
  const auto answer = client.receive_all();
  EXPECT_EQ(status_of(answer), "400");
  EXPECT_EQ(answer.find("\nHTTP/1.1 "), std::string::npos);
  auto worker = node1.accept();
  EXPECT_NE(worker.await_end(), End::silent);
}

TEST_F(Upload, AClientThatSendsNothingForTooLongIs408) {
  settings.client_timeouts.body = std::chrono::milliseconds{200};
  start();
  auto client = connect();
  client.send(post(length(10)) + "hello");
  EXPECT_EQ(status_of(client.receive_all()), "408");
  EXPECT_NE(node1.accept().await_end(), End::silent);
}

TEST_F(Upload, ABodyThatIsHeldForAnotherTryGoesOutOnce) {
  start();
  auto client = connect();
  client.send("PUT /x HTTP/1.1\r\nHost: h\r\n" + length(10) + "\r\nhello");
  client.send("worldGET /y HTTP/1.1\r\nHost: h\r\n\r\n");
  auto worker = node1.accept();
  EXPECT_TRUE(worker.receive_head().starts_with("PUT /x "));
  EXPECT_EQ(worker.receive(10), "helloworld");
  worker.send(ok("one"));
  EXPECT_TRUE(worker.receive_head().starts_with("GET /y "));
}

}  // namespace
}  // namespace jkproxy

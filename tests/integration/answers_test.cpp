// Answers through the whole proxy: framing, bodies that are none, malformed ones, slow clients.

#include <future>

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class Answers : public HandProxy {
 protected:
  void begin(const std::string& bytes) { std::tie(client, worker) = meet(bytes); }

  Connection client{-1};
  Connection worker{-1};
};

// Whatever length they announce: the next answer begins behind the head.
TEST_F(Answers, WithoutABodyLeaveBothConnectionsUsable) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"},
      {"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"GET", "HTTP/1.1 204 No Content\r\n\r\n"},
      {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: \"a\"\r\n\r\n"},
      {"GET", "HTTP/1.1 304 Not Modified\r\n\r\n"},
      {"POST", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
  };
  start();
  client = connect();
  for (const auto& [method, answer] : cases) {
    client.send(method + " /x HTTP/1.1\r\nHost: h\r\n\r\n");
    if (!worker.is_open()) worker = node1.accept();
    ASSERT_FALSE(worker.receive_head().empty()) << answer;
    worker.send(answer);
    EXPECT_EQ(status_of(client.receive_head()), answer.substr(9, 3));
  }
  client.send("GET /last HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(worker.receive_head().starts_with("GET /last "));
  worker.send(ok("last"));
  EXPECT_TRUE(client.receive_message().ends_with("last"));
}

TEST_F(Answers, AreMadeForAnHttp10Client) {
  start();
  begin("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  worker.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
  const auto chunked = client.receive_all();
  EXPECT_EQ(chunked.find("chunked"), std::string::npos) << chunked;
  EXPECT_TRUE(chunked.ends_with("\r\n\r\nbody"));
  EXPECT_EQ(client.end(), End::closed);

  client = connect();
  client.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_FALSE(worker.receive_head().empty());  // the worker's connection goes on
  worker.send(ok("body"));
  const auto with_length = client.receive_message();
  EXPECT_NE(with_length.find("\r\nConnection: keep-alive\r\n"), std::string::npos) << with_length;
  client.send("GET /y HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(worker.receive_head().starts_with("GET /y "));
}

TEST_F(Answers, OfAnHttp10WorkerEndWithItsConnection) {
  start();
  begin(request);
  worker.send("HTTP/1.0 200 OK\r\n\r\nold");
  worker.close();
  EXPECT_TRUE(client.receive_until("0\r\n\r\n").ends_with("3\r\nold\r\n0\r\n\r\n"));
}

TEST_F(Answers, ThatAreMalformedAre502AndNeverARepaired200) {
  const std::string good = "HTTP/1.1 200 OK\r\n";
  const std::vector<std::string> malformed{
      "<html>no head at all</html>\r\n\r\n",
      "HTTP/0.9 200 OK\r\n\r\n",
      "HTTP/1.1 2000 OK\r\n\r\n",
      "HTTP/1.1 abc OK\r\n\r\n",
      good + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
      good + "Content-Length: 3, 4\r\n\r\nabc",
      good + "Content-Length: -3\r\n\r\nabc",
      good + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      good + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      good + "Bad Name: x\r\n\r\n",
      good + "no colon\r\n\r\n",
      good + "X: a\rb\r\n\r\n",
      good + std::string("X: a\0b\r\n\r\n", 10),
      good + "Transfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n0\r\n\r\n",
      good + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n\r\n",
      good + "X: " + std::string(70'000, 'x') + "\r\n\r\n",
  };
  start();
  for (const auto& answer : malformed) {
    begin(request);
    worker.send(answer);
    EXPECT_EQ(status_of(client.receive_message()), "502") << answer.substr(0, 100);
    EXPECT_NE(worker.await_end(), End::silent);
  }
}

TEST_F(Answers, ASlowClientHoldsTheWorkerBack) {
  constexpr std::size_t large = 32UL * 1024 * 1024;
  start();
  begin(request);
  worker.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large) + "\r\n\r\n");
  auto sending = std::async(std::launch::async, [this] {
    const std::string piece(256UL * 1024, 'd');
    std::size_t sent = 0;
    while (sent < large && worker.send(piece)) sent += piece.size();
    return sent;
  });
  EXPECT_EQ(sending.wait_for(std::chrono::milliseconds{300}), std::future_status::timeout);
  client.receive_head();
  std::size_t received = 0;
  while (received < large) {
    const auto size = client.receive(1UL * 1024 * 1024).size();
    ASSERT_GT(size, 0U);
    received += size;
  }
  EXPECT_EQ(sending.get(), large);
}

TEST_F(Answers, AClientThatReadsNothingForTooLongIsCutOff) {
  settings.client_timeouts.body = std::chrono::milliseconds{200};
  start();
  begin(request);
  worker.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  const std::string piece(256UL * 1024, 'd');
  while (worker.send(piece)) {
  }
  client.receive_all();
  EXPECT_EQ(client.end(), End::reset);
}

TEST_F(Answers, ALargeOneLeavesTheWorkersConnectionUsable) {
  start();
  begin(request);
  worker.send(ok(std::string(300'000, 'a')));
  EXPECT_TRUE(client.receive_message().ends_with("aaa"));
  client.send(request);
  EXPECT_FALSE(worker.receive_head().empty());
  EXPECT_FALSE(node1.is_called());
}

}  // namespace
}  // namespace jkproxy

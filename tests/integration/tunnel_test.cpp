// Upgraded connections: a tunnel behind a verified 101 only.

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

const std::string asks =
    "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const std::string switches =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r\n\r\n";

class TunnelTest : public HandProxy {
 protected:
  void open() {
    start();
    client = connect();
    client.send(asks);
    worker = node1.accept();
    ASSERT_FALSE(worker.receive_head().empty());
    worker.send(switches);
    ASSERT_FALSE(client.receive_head().empty());
  }

  Connection client{-1};
  Connection worker{-1};
};

TEST_F(TunnelTest, CarriesBytesBothWays) {
  start();
  client = connect();
  client.send(asks + "early");
  worker = node1.accept();
  const auto head = worker.receive_head();
  EXPECT_NE(head.find("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"), std::string::npos);
  EXPECT_NE(head.find("\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"), std::string::npos);
  worker.send(switches + "at once");
  const auto answer = client.receive_head();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_NE(answer.find("\r\nSec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r\n"),
            std::string::npos);
  EXPECT_NE(answer.find("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"), std::string::npos);
  EXPECT_EQ(client.receive(7), "at once");
  EXPECT_EQ(worker.receive(5), "early");
  const std::string large(300'000, 'x');
  std::thread sender{[&] { client.send(large); }};
  EXPECT_EQ(worker.receive(large.size()), large);
  sender.join();
  worker.send("back");
  EXPECT_EQ(client.receive(4), "back");
}

TEST_F(TunnelTest, PassesAHalfCloseOn) {
  open();
  client.end_writing();
  EXPECT_EQ(worker.await_end(), End::closed);
  worker.send("still heard");
  worker.close();
  EXPECT_EQ(client.receive_all(), "still heard");
  EXPECT_EQ(client.end(), End::closed);
}

TEST_F(TunnelTest, EndsWithItsWorker) {
  open();
  worker.reset();
  EXPECT_EQ(client.await_end(), End::reset);
}

TEST_F(TunnelTest, EndsWithItsClient) {
  open();
  client.reset();
  EXPECT_EQ(worker.await_end(), End::reset);
}

TEST_F(TunnelTest, EndsWhenNothingMoves) {
  balancer().tunnel_timeout = std::chrono::milliseconds{100};
  open();
  EXPECT_NE(client.await_end(), End::silent);
  EXPECT_NE(worker.await_end(), End::silent);
}

TEST_F(TunnelTest, EndsWhenTheProxyStops) {
  open();
  stop();
  EXPECT_NE(client.await_end(), End::silent);
}

TEST_F(TunnelTest, AnotherAnswerIsAnOrdinaryOne) {
  start();
  client = connect();
  client.send(asks);
  worker = node1.accept();
  worker.receive_head();
  worker.send(ok("no"));
  EXPECT_TRUE(client.receive_message().ends_with("no"));
}

struct Denied {
  const char* name;
  std::string request;
  std::string answer;
  std::string status;
};

class DeniedUpgrade : public TunnelTest, public testing::WithParamInterface<Denied> {};

TEST_P(DeniedUpgrade, OpensNoTunnel) {
  start();
  client = connect();
  client.send(GetParam().request);
  worker = node1.accept();
  EXPECT_EQ(worker.receive_head().find("h2c"), std::string::npos);
  worker.send(GetParam().answer);
  EXPECT_EQ(status_of(client.receive_message()), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    Whole, DeniedUpgrade,
    testing::Values(
        Denied{
            "H2c",
            "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
            ok("plain"), "200"},
        Denied{"Unasked", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", switches, "502"},
        Denied{"NotInConnection", "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n",
               switches, "502"},
        Denied{"AnotherProtocol", asks,
               "HTTP/1.1 101 Sw\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "502"}),
    [](const auto& denied) { return std::string{denied.param.name}; });

}  // namespace
}  // namespace jkproxy

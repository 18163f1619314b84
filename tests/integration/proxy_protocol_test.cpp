// Connections that a load balancer passes on with a PROXY header in front.

#include "proxy/proxy_protocol.hpp"

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

using std::chrono::milliseconds;
using namespace std::string_literals;

config::Network network(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, int bits) {
  return {.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d},
          .prefix = 96 + bits,
          .text = {}};
}

class ProxyProtocol : public HandProxy {
 protected:
  ProxyProtocol() { settings.listeners.front().proxy_protocol = {network(127, 0, 0, 0, 8)}; }

  // The head that the worker gets of a client that sends this first.
  std::string head_behind(const std::string& first, const std::string& fields = "") {
    auto client = connect();
    client.send(first + "GET /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    auto worker = node1.accept();
    auto head = worker.receive_head();
    worker.send(ok("served", "Connection: close\r\n"));
    EXPECT_TRUE(client.receive_message().ends_with("served"));
    return head;
  }
  void expect_closed_without_a_word(const std::string& bytes) const {
    auto client = connect();
    client.send(bytes);
    EXPECT_EQ(client.receive_all(), "");
  }

  const std::string header = "PROXY TCP4 192.0.2.7 10.0.0.1 50000 443\r\n";
};

TEST_F(ProxyProtocol, NamesTheClient) {
  start();
  const auto head = head_behind(header);
  EXPECT_NE(head.find("\r\nX-Forwarded-For: 192.0.2.7\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("\r\nX-Forwarded-Port: 443\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("\r\nX-Forwarded-Proto: http\r\n"), std::string::npos) << head;
}

TEST_F(ProxyProtocol, ComesInPiecesAndInVersion2) {
  start();
  const auto source = routing::literal_address({.host = "2001:db8::7", .port = 1, .unix_path = {}});
  std::string bytes;
  const auto end = proxy::end_of(*source);
  proxy::append_proxy_header(config::SendProxy::v2, proxy::SocketEnds{end, end}, bytes);
  auto client = connect();
  for (const char byte : bytes + request) client.send(std::string(1, byte));
  EXPECT_NE(node1.accept().receive_head().find("\r\nX-Forwarded-For: 2001:db8::7\r\n"),
            std::string::npos);
}

TEST_F(ProxyProtocol, TellsOfTlsAtTheLoadBalancer) {
  start();
  const auto head =
      head_behind("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14"s +
                  "\xC0\x00\x02\x07\x0A\x00\x00\x01\xC3\x50\x01\xBB"s + "\x20\0\x05\x01\0\0\0\0"s);
  EXPECT_NE(head.find("\r\nX-Forwarded-Proto: https\r\n"), std::string::npos) << head;
}

// Who passes connections on unread does not vouch for what the client says in them.
TEST_F(ProxyProtocol, LeavesTheTrustInForwardedFieldsToTheClientItNames) {
  settings.trusted_proxies = {network(127, 0, 0, 0, 8), network(192, 0, 2, 9, 32)};
  start();
  const auto claim = "X-Forwarded-For: 1.1.1.1\r\n";
  EXPECT_NE(head_behind(header, claim).find("\r\nX-Forwarded-For: 192.0.2.7\r\n"),
            std::string::npos);
  EXPECT_NE(head_behind("PROXY TCP4 192.0.2.9 10.0.0.1 50000 443\r\n", claim)
                .find("\r\nX-Forwarded-For: 1.1.1.1, 192.0.2.9\r\n"),
            std::string::npos);
}

TEST_F(ProxyProtocol, TrustsNobodyWhereItNamesNobody) {
  settings.trusted_proxies = {network(127, 0, 0, 0, 8)};
  start();
  for (const auto& nobody : {"PROXY UNKNOWN\r\n"s, "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s})
    EXPECT_NE(head_behind(nobody, "X-Forwarded-For: 1.1.1.1\r\n")
                  .find("\r\nX-Forwarded-For: 127.0.0.1\r\n"),
              std::string::npos);
}

TEST_F(ProxyProtocol, ThatIsMissingOrWrongEndsTheConnection) {
  start();
  expect_closed_without_a_word(request);
  expect_closed_without_a_word("PROXY TCP4 nonsense\r\n" + request);
  EXPECT_EQ(met("proxy_header"), 2);
  EXPECT_FALSE(node1.is_called());
}

TEST_F(ProxyProtocol, HasATimeLimitOfItsOwn) {
  settings.client_timeouts.head = milliseconds{100};
  start();
  expect_closed_without_a_word("PROXY TCP4");
  EXPECT_EQ(met("proxy_header"), 1);
}

// As a load balancer's own check of the port does.
TEST_F(ProxyProtocol, IsNotMissedWhereNothingIsSaid) {
  start();
  { auto client = connect(); }
  head_behind(header);
  EXPECT_EQ(met("proxy_header"), 0);
}

TEST_F(ProxyProtocol, OfAStrangerIsNotReadAtAll) {
  settings.listeners.front().proxy_protocol = {network(10, 0, 0, 0, 8)};
  start();
  expect_closed_without_a_word(header);
  EXPECT_EQ(met("proxy_header"), 1);
  EXPECT_TRUE(logged("closed a connection from 127.0.0.1"));
}

TEST_F(ProxyProtocol, ElsewhereIsNoRequest) {
  settings.listeners.front().proxy_protocol.clear();
  start();
  auto client = connect();
  client.send(header + request);
  EXPECT_EQ(status_of(client.receive_all()), "400");
}

TEST_F(ProxyProtocol, GivesEachClientItsShareOfConnections) {
  settings.limits.connections_per_client = 1;
  start();
  auto [client, worker] = meet(header + request);
  auto second = connect();
  second.send(header);
  EXPECT_EQ(status_of(second.receive_all()), "503");
  EXPECT_EQ(met("connections_per_client"), 1);
  head_behind("PROXY TCP4 192.0.2.8 10.0.0.1 50000 443\r\n");
}

TEST_F(ProxyProtocol, ThatNeverComesHoldsUpNoStop) {
  start();
  auto waiting = connect();
  auto served = connect();  // by the same thread: once it was, the first one was accepted
  served.send(header + request);
  node1.accept().receive_head();
  served.close();
  server->begin_stop();
  EXPECT_EQ(waiting.await_end(), End::closed);
}

// Workers that are told who the client is.
class SentProxyHeader : public HandProxy {
 protected:
  SentProxyHeader() { worker_settings().send_proxy = config::SendProxy::v1; }
  config::WorkerSettings& worker_settings() { return settings.workers.front(); }
  std::string header_of(const Connection& client) const {
    return "PROXY TCP4 127.0.0.1 127.0.0.1 " + std::to_string(client.own_port()) + " " +
           std::to_string(port()) + "\r\n";
  }
  static void answer(Connection& worker) { worker.send(ok("served")); }
  // A client and the connection that is kept for it.
  std::pair<Connection, Connection> serve_one() {
    auto [client, worker] = meet(request);
    answer(worker);
    EXPECT_TRUE(client.receive_message().ends_with("served"));
    return {std::move(client), std::move(worker)};
  }
};

TEST_F(SentProxyHeader, GoesInFrontOfEachConnectionAndOnlyOnce) {
  start();
  auto client = connect();
  client.send(request);
  auto worker = node1.accept();
  EXPECT_EQ(worker.receive_until("\r\n"), header_of(client));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(worker.receive_head().starts_with("GET /x HTTP/1.1\r\n"));
    answer(worker);
    EXPECT_TRUE(client.receive_message().ends_with("served"));
    client.send(request);
  }
}

TEST_F(SentProxyHeader, KeepsAConnectionForItsClientAlone) {
  start();
  auto [one, of_one] = serve_one();
  auto other = connect();
  other.send(request);
  auto of_other = node1.accept();
  EXPECT_EQ(of_other.receive_until("\r\n"), header_of(other));
  one.close();
  EXPECT_EQ(of_one.await_end(), End::closed) << "it leaves with its client";
}

// Its client may stay for as long as it likes.
TEST_F(SentProxyHeader, OfAnIdleConnectionIsForgottenInTime) {
  balancer().idle_timeout = milliseconds{100};
  start();
  auto [client, worker] = serve_one();
  EXPECT_EQ(worker.await_end(), End::closed);
}

TEST_F(SentProxyHeader, OfAConnectionThatTheWorkerEndsIsForgottenAtOnce) {
  balancer().idle_timeout = std::chrono::minutes{10};
  start();
  auto [client, worker] = serve_one();
  worker.end_writing();
  EXPECT_EQ(worker.await_end(), End::closed);
}

TEST_F(SentProxyHeader, NamesTheClientThatALoadBalancerNamed) {
  settings.listeners.front().proxy_protocol = {network(127, 0, 0, 0, 8)};
  start();
  auto client = connect();
  const std::string header = "PROXY TCP6 2001:db8::7 ::1 50000 443\r\n";
  client.send(header + request);
  EXPECT_EQ(node1.accept().receive_until("\r\n"), header);
}

TEST_F(SentProxyHeader, OfAnIdleConnectionThatDiedIsSentAnew) {
  start();
  auto [client, worker] = serve_one();
  worker.close();
  client.send(request);
  EXPECT_EQ(node1.accept().receive_until("\r\n"), header_of(client));
}

TEST_F(SentProxyHeader, OfAHealthCheckPassesNobodyOn) {
  worker_settings().send_proxy = config::SendProxy::v2;
  balancer().health_check = {.path = "/alive", .interval = milliseconds{10}, .status = {}};
  start();
  auto check = node1.accept();
  EXPECT_EQ(check.receive(16), "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s);
  for (int i = 0; i < 2; ++i) {  // once a connection
    EXPECT_TRUE(check.receive_head().starts_with("GET /alive HTTP/1.1\r\n"));
    answer(check);
  }
}

}  // namespace
}  // namespace jkproxy

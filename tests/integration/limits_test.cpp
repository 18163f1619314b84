// Limits on clients and workers: each has its status and its counter, and service goes on.

#include <atomic>

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

using std::chrono::milliseconds;

class Limits : public HandProxy {
 protected:
  // A client that has been served once, and stays.
  Connection serve_one() {
    auto both = meet(request);
    both.second.send(ok("served", "Connection: close\r\n"));
    EXPECT_TRUE(both.first.receive_message().ends_with("served"));
    return std::move(both.first);
  }
  // What a client gets that sends a byte now and then until it is answered.
  static std::string answer_to_trickle(Connection& client) {
    std::atomic<bool> over{false};
    std::thread trickle{[&] {
      while (!over && client.send("b")) std::this_thread::sleep_for(milliseconds{20});
    }};
    auto answer = client.receive_message();
    over = true;
    trickle.join();
    return answer;
  }
  void expect_turned_away() const {
    auto client = connect();
    const auto answer = client.receive_all();
    EXPECT_EQ(status_of(answer), "503");
    EXPECT_NE(answer.find("\r\nRetry-After: "), std::string::npos);
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
  }
};

TEST_F(Limits, AClientTooManyIsToldSoAndTheNextOneIsServed) {
  settings.limits.connections = 1;
  start();
  {
    auto client = serve_one();
    expect_turned_away();
    client.close();
  }
  for (auto next = connect();; next = connect()) {  // until the proxy has seen it leave
    next.send(request);
    if (node1.is_called(20)) break;
  }
  EXPECT_GE(met("connections"), 1);
}

TEST_F(Limits, AListenersClientsAreCountedAlone) {
  settings.listeners.front().connections = 1;
  settings.listeners.push_back({.bind = {.host = "127.0.0.1", .port = 0, .unix_path = {}}});
  start();
  auto client = serve_one();
  expect_turned_away();
  EXPECT_EQ(met("listener_connections"), 1);
  auto other = Connection::to(server->listener_ports().back());
  other.send(request);
  auto worker = node1.accept();
  EXPECT_FALSE(worker.receive_head().empty());
}

TEST_F(Limits, AnAddressHasItsShare) {
  settings.limits.connections_per_client = 1;
  start();
  auto client = serve_one();
  expect_turned_away();
  EXPECT_EQ(met("connections_per_client"), 1);
}

TEST_F(Limits, ATrustedProxysClientsAreNotCountedByItsAddress) {
  settings.limits.connections_per_client = 1;
  settings.trusted_proxies = {{.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 0},
                               .prefix = 104,
                               .text = {}}};
  start();
  auto client = serve_one();
  auto other = serve_one();
}

TEST_F(Limits, AConnectionEndsAfterItsLastRequest) {
  settings.limits.requests_per_connection = 2;
  start();
  auto client = serve_one();
  client.send(request);
  auto worker = node1.accept();
  worker.receive_head();
  worker.send(ok("last"));
  const auto answer = client.receive_all();
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("last"));
  EXPECT_EQ(met("requests_per_connection"), 1);
}

TEST_F(Limits, AClientThatSaysNothingMoreIsLetGo) {
  settings.client_timeouts.keep_alive = milliseconds{100};
  start();
  auto client = serve_one();
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(client.end(), End::closed);
  EXPECT_EQ(met("keep_alive"), 1);
}

TEST_F(Limits, AClientThatNeverSaysAWordIsLetGo) {
  settings.client_timeouts.head = milliseconds{100};
  start();
  auto client = connect();
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(client.end(), End::closed);
  EXPECT_EQ(met("head_time"), 1);
}

TEST_F(Limits, AHeadThatTricklesIs408) {
  settings.client_timeouts.head = milliseconds{100};
  start();
  auto client = connect();
  client.send("GET /x HTTP/1.1\r\nHost: h\r\nA: ");
  EXPECT_EQ(status_of(answer_to_trickle(client)), "408");
  EXPECT_EQ(met("head_time"), 1);
}

TEST_F(Limits, EachSizeOfAHeadHasItsAnswer) {
  settings.limits.request_line = 256;
  settings.limits.head = 1024;
  settings.limits.fields = 8;
  start();
  const std::string host{"Host: h\r\n"};
  std::string nine_fields = host;
  for (int i = 0; i < 8; ++i) nine_fields += "A: b\r\n";
  const std::string line{"GET /x HTTP/1.1\r\n"};
  EXPECT_EQ(status_of(exchange("GET /" + std::string(256, 'x') + " HTTP/1.1\r\n" + host + "\r\n")),
            "414");
  EXPECT_EQ(status_of(exchange(line + host + "A: " + std::string(1024, 'a') + "\r\n\r\n")), "431");
  EXPECT_EQ(status_of(exchange(line + nine_fields + "\r\n")), "431");
  EXPECT_EQ(met("request_line"), 1);
  EXPECT_EQ(met("head"), 1);
  EXPECT_EQ(met("fields"), 1);
}

TEST_F(Limits, AnAnswerThatDoesNotComeIs504) {
  balancer().response_timeout = milliseconds{100};
  start();
  auto client = connect();
  client.send(request);
  auto worker = node1.accept();
  EXPECT_EQ(status_of(client.receive_message()), "504");
  EXPECT_EQ(met("response_time"), 1);
}

TEST_F(Limits, AnAnswersHeadIsBounded) {
  settings.limits.response_head = 1024;
  start();
  auto [client, worker] = meet(request);
  worker.send("HTTP/1.1 200 OK\r\nA: " + std::string(1024, 'a'));
  EXPECT_EQ(status_of(client.receive_message()), "502");
  EXPECT_EQ(met("response_head"), 1);
}

TEST_F(Limits, ABodyThatTricklesIs408) {
  settings.client_timeouts.body = milliseconds{300};
  settings.limits.body_rate = 1024UL * 1024;
  start();
  auto [client, worker] = meet("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(status_of(answer_to_trickle(client)), "408");
  EXPECT_EQ(met("body_rate"), 1);
}

// Thrown away for so long, as nginx's lingering_time.
TEST_F(Limits, AClientThatSendsOnAfterItsAnswerIsCutOffAfter30Seconds) {
  const auto ahead = std::make_shared<std::atomic<std::chrono::seconds>>();
  clock = [ahead] { return std::chrono::steady_clock::now() + ahead->load(); };
  start();
  auto client = connect();
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(status_of(client.receive_all()), "400");
  for (int sent = 0; sent < 10; ++sent) EXPECT_TRUE(client.send("b"));
  *ahead = std::chrono::seconds{31};
  while (client.send("b")) std::this_thread::sleep_for(milliseconds{1});
}

TEST_F(Limits, ABodyThatStopsIs408) {
  settings.client_timeouts.body = milliseconds{100};
  start();
  auto client = connect();
  client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nb");
  auto worker = node1.accept();
  EXPECT_EQ(status_of(client.receive_all()), "408");
  EXPECT_EQ(met("body_time"), 1);
}

TEST_F(Limits, WithoutMemoryForItABodyIsSentOnceOnly) {
  settings.limits.replay_memory = 3;
  start();
  auto client = connect();
  client.send("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
  auto worker = node1.accept();
  worker.receive_until("body");
  worker.reset();
  EXPECT_EQ(status_of(client.receive_message()), "502");
  EXPECT_EQ(met("replay_memory"), 1);
}

}  // namespace
}  // namespace jkproxy

// The status over sockets; what it says is tested in report_test.cpp.

#include "status/status_service.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <thread>
#include <vector>

#include "tests/fakes/connection.hpp"

namespace jkproxy::status {
namespace {

using fakes::Connection;
using End = Connection::End;

class StatusServiceTest : public testing::Test {
 protected:
  StatusServiceTest() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{
        .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(descriptor, any, length), 0);
    EXPECT_EQ(::listen(descriptor, 128), 0);
    EXPECT_EQ(::getsockname(descriptor, any, &length), 0);
    port = ntohs(address.sin_port);
    service = std::make_unique<StatusService>(io, descriptor, [] {
      Report report;
      report.version = "9.8.7";
      return report;
    });
    service->start();
    control = std::thread{[this] { io.run(); }};
  }
  ~StatusServiceTest() override { stop(); }

  void stop() {
    if (!control.joinable()) return;
    boost::asio::post(io, [this] { service->stop(); });
    control.join();  // the loop ends once no coroutine is left in it
  }

  std::string ask(const std::string& target, const std::string& method = "GET") const {
    auto client = Connection::to(port);
    client.send(method + " " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    return client.receive_all();
  }
  static bool has(const std::string& answer, const std::string& part) {
    return answer.find(part) != std::string::npos;
  }

  boost::asio::io_context io;
  std::uint16_t port = 0;
  std::unique_ptr<StatusService> service;
  std::thread control;
};

TEST_F(StatusServiceTest, SpeaksTextAndJson) {
  const auto text = ask("/");
  EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(has(text, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_TRUE(has(text, "9.8.7"));
  for (const std::string target : {"/status.json", "/?format=json", "/?x=1&format=json"}) {
    const auto json = ask(target);
    EXPECT_TRUE(has(json, "\r\nContent-Type: application/json\r\n")) << target;
    EXPECT_TRUE(has(json, "\r\n\r\n{")) << target;
    EXPECT_TRUE(has(json, "\"9.8.7\"")) << target;
  }
  EXPECT_TRUE(ask("/healthz").ends_with("\r\n\r\nok\n"));
}

TEST_F(StatusServiceTest, NoOtherSiteCanReadIt) {
  const auto answer = ask("/status.json");
  EXPECT_FALSE(has(answer, "Access-Control"));
  EXPECT_TRUE(has(answer, "X-Content-Type-Options: nosniff"));
  EXPECT_TRUE(has(answer, "Cache-Control: no-store"));
}

TEST_F(StatusServiceTest, HeadIsGetWithoutABody) {
  const auto answer = ask("/healthz", "HEAD");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(has(answer, "Content-Length: 3\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(StatusServiceTest, RefusesUnknownPathsAndOtherMethods) {
  EXPECT_TRUE(ask("/nothing").starts_with("HTTP/1.1 404 "));
  for (const std::string method : {"POST", "PUT", "DELETE", "OPTIONS", "BREW"}) {
    const auto answer = ask("/", method);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << method;
    EXPECT_TRUE(has(answer, "\r\nAllow: GET, HEAD\r\n")) << method;
  }
}

TEST_F(StatusServiceTest, KeepsTheConnectionAndAnswersPipelinedRequests) {
  auto client = Connection::to(port);
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
  client.send(request + request);
  EXPECT_TRUE(client.receive_until("ok\n").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(client.receive_until("ok\n").starts_with("HTTP/1.1 200 "));
  client.send(request);
  EXPECT_TRUE(client.receive_until("ok\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(StatusServiceTest, HostileBytesEndTheirConnectionOnly) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::vector<std::string> hostile{
      std::string("\x16\x03\x01\x02\x00\x01", 6) + "\r\n\r\n",
      std::string(3, '\0') + "\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n",
      begin + "Content-Length: -1\r\n\r\n",
      begin + "Content-Length: 99999999999999999999\r\n\r\n",
      begin + "Content-Length: 100000\r\n\r\n" + std::string(100'000, 'a'),
      begin + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
      begin + "Transfer-Encoding: chunked\r\n\r\n1000000\r\n" + std::string(100'000, 'a'),
  };
  for (const auto& bytes : hostile) {
    auto client = Connection::to(port);
    client.send(bytes);
    EXPECT_NE(client.await_end(), End::silent) << bytes.substr(0, 80);
  }
  EXPECT_TRUE(ask("/healthz").ends_with("ok\n"));
}

TEST_F(StatusServiceTest, SlowClientsHoldUpNeitherOthersNorTheEnd) {
  auto silent = Connection::to(port);
  auto half = Connection::to(port);
  half.send("GET / HTT");
  EXPECT_TRUE(ask("/healthz").ends_with("ok\n"));
  stop();
  EXPECT_NE(silent.await_end(), End::silent);
  EXPECT_NE(half.await_end(), End::silent);
}

TEST_F(StatusServiceTest, ServesThirtyTwoAtATime) {
  std::vector<Connection> clients;
  for (int i = 0; i < 32; ++i) clients.push_back(Connection::to(port));
  clients.back().send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(clients.back().receive_until("ok\n").starts_with("HTTP/1.1 200 "));
  auto one_more = Connection::to(port);
  EXPECT_NE(one_more.await_end(), End::silent);
  clients.clear();
  // Their places are free once the service has noticed it.
  std::string answer;
  while (!answer.ends_with("ok\n")) answer = ask("/healthz");
}

}  // namespace
}  // namespace jkproxy::status

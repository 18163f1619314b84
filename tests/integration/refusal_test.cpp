// Answers that are the proxy's own, and what becomes of the connection behind them.

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class Refusal : public HandProxy {
 protected:
  Refusal() { settings.mounts.front().path = "/app"; }
};

const std::string unmounted = "GET /elsewhere HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string mounted = "GET /app HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(Refusal, CarriesADateAndARequestId) {
  start();
  auto client = connect();
  client.send(unmounted);
  const auto answer = client.receive_message();
  EXPECT_EQ(status_of(answer), "404");
  EXPECT_THAT(answer, testing::ContainsRegex("\r\nDate: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z]"
                                             " 20[0-9][0-9] [0-9:]+ GMT\r\n"));
  EXPECT_THAT(answer, testing::ContainsRegex("Request [0-9a-f]+<"));
}

TEST_F(Refusal, OfAGoodRequestLeavesThePipelineAlone) {
  start();
  auto client = connect();
  client.send(unmounted + mounted + unmounted + mounted);
  auto worker = node1.accept();
  EXPECT_EQ(status_of(client.receive_message()), "404");
  EXPECT_FALSE(worker.receive_head().empty());
  worker.send(ok("one"));
  EXPECT_TRUE(client.receive_message().ends_with("one"));
  EXPECT_EQ(status_of(client.receive_message()), "404");
  EXPECT_FALSE(worker.receive_head().empty());
  worker.send(ok("two"));
  EXPECT_TRUE(client.receive_message().ends_with("two"));
}

// RFC 9110 9.3.2, for heads as well that were not understood.
TEST_F(Refusal, OfAHeadRequestHasNoBody) {
  start();
  for (const std::string rest :
       {"/elsewhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "/app HTTP/1.1\r\n\r\n",
        "/app HTTP/1.1\r\nbad field\r\n\r\n", "/app HTTP/1.1\r\nHost: h\rx: y\r\n\r\n"}) {
    const auto answer = exchange("HEAD " + rest);
    EXPECT_EQ(status_of(answer).front(), '4') << rest;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
  }
}

// Whatever comes behind a head that was not understood may be part of it.
TEST_F(Refusal, OfAMalformedRequestEndsThePipeline) {
  start();
  const std::vector<std::pair<std::string, std::string>> cases{
      {"400", "GET /app HTTP/1.1\r\n\r\n"},
      {"400", "GET /app HTTP/1.1\r\nHost: h\r\nbad field\r\n\r\n"},
      {"400", "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"},
      {"400", "GET /app/%00 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"405", "TRACE /app HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"417", "POST /app HTTP/1.1\r\nHost: h\r\nExpect: more\r\nContent-Length: 50\r\n\r\n"},
      {"501", "POST /app HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"},
      {"505", "GET /app HTTP/2.0\r\nHost: h\r\n\r\n"},
      {"404", "POST /elsewhere HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\n"},
  };
  for (const auto& [status, bytes] : cases) {
    const auto answer = exchange(bytes + mounted);
    EXPECT_EQ(status_of(answer), status) << bytes;
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << bytes;
    EXPECT_EQ(answer.find("\nHTTP/1.1 "), std::string::npos) << answer;
  }
  EXPECT_FALSE(node1.is_called());
}

TEST_F(Refusal, LimitsHaveTheirOwnStatus) {
  start();
  const std::string host = " HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(status_of(exchange("GET /" + std::string(9000, 'a') + host + "\r\n")), "414");
  EXPECT_EQ(status_of(exchange("GET /" + host + "X: " + std::string(33'000, 'a') + "\r\n\r\n")),
            "431");
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X: a\r\n";
  EXPECT_EQ(status_of(exchange("GET /" + host + many + "\r\n")), "431");
}

TEST_F(Refusal, ASlowHeadIs408AndASilentClientGetsNothing) {
  settings.client_timeouts.head = std::chrono::milliseconds{200};
  start();
  EXPECT_EQ(status_of(exchange("GET /app HTTP/1.1\r\n")), "408");
  EXPECT_EQ(exchange(""), "");
}

TEST_F(Refusal, NoMountMeansNoServerAtAll) {
  start();
  EXPECT_EQ(status_of(exchange("OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")),
            "404");
}

TEST_F(WholeProxy, OptionsOfTheWholeServerGoToTheMountOfTheRoot) {
  HandTomcat node1;
  add_worker("node1", node1.port());
  start();
  auto client = connect();
  client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
  auto worker = node1.accept();
  EXPECT_TRUE(worker.receive_head().starts_with("OPTIONS * HTTP/1.1\r\n"));
  worker.send("HTTP/1.1 200 \r\nAllow: GET\r\nContent-Length: 0\r\n\r\n");
  EXPECT_NE(client.receive_head().find("Allow: GET"), std::string::npos);
}

}  // namespace
}  // namespace jkproxy

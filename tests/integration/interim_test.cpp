// 1xx answers through the whole proxy: RFC 9110 10.1.1 and 15.2.

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class Interim : public HandProxy {};

const std::string proceed = "HTTP/1.1 100 Continue\r\n\r\n";

std::string post(const std::string& fields, const std::string& version = "1.1") {
  return "POST /x HTTP/" + version + "\r\nHost: h\r\nContent-Length: 5\r\n" + fields + "\r\n";
}

TEST_F(Interim, AClientThatWaitsGetsTheWorkersOwn100) {
  start();
  auto client = connect();
  client.send(post("Expect: 100-continue\r\n"));
  auto worker = node1.accept();
  EXPECT_NE(worker.receive_head().find("\r\nExpect: 100-continue\r\n"), std::string::npos);
  worker.send("HTTP/1.1 100 \r\n\r\n");
  EXPECT_EQ(client.receive_head(), "HTTP/1.1 100 \r\n\r\n");
  client.send("hello");
  EXPECT_EQ(worker.receive(5), "hello");
  worker.send(ok("done"));
  EXPECT_TRUE(client.receive_message().ends_with("\r\n\r\ndone"));
}

TEST_F(Interim, TheConnectionServesMoreRequestsAfterA100) {
  start();
  auto client = connect();
  auto worker = Connection{-1};
  for (int i = 0; i < 3; ++i) {
    client.send(post("Expect: 100-continue\r\n"));
    if (i == 0) worker = node1.accept();
    ASSERT_FALSE(worker.receive_head().empty());
    worker.send(proceed);
    ASSERT_EQ(client.receive_head(), proceed);
    client.send("hello");
    ASSERT_EQ(worker.receive(5), "hello");
    worker.send(ok("done"));
    ASSERT_TRUE(client.receive_message().ends_with("done"));
  }
  EXPECT_FALSE(node1.is_called());
}

// RFC 9110 10.1.1: the client may send its body, or not: nobody can tell where a next request would
// begin.
TEST_F(Interim, ARefusalInsteadOfA100IsPassedOnAndTheConnectionClosed) {
  for (const std::string refusal : {"417", "413", "401"}) {
    HandTomcat tomcat;
    settings.workers.clear();
    balancer().workers.clear();
    add_worker("node1", tomcat.port());
    start();
    auto client = connect();
    client.send(post("Expect: 100-continue\r\n"));
    auto worker = tomcat.accept();
    worker.receive_head();
    worker.send("HTTP/1.1 " + refusal + " No\r\nContent-Length: 2\r\n\r\nno");
    const auto answer = client.receive_message();
    EXPECT_EQ(status_of(answer), refusal);
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("no"));
    EXPECT_EQ(client.await_end(), End::closed);
    // The worker waits for a body that will never come.
    EXPECT_NE(worker.await_end(), End::silent);
    stop();
  }
}

TEST_F(Interim, AClientThatSendsItsBodyAtOnceIsServed) {
  start();
  auto [client, worker] = meet(post("Expect: 100-continue\r\n") + "hello");
  EXPECT_EQ(worker.receive(5), "hello");  // with no 100 before it
  worker.send(ok("done"));
  EXPECT_TRUE(client.receive_message().ends_with("done"));
}

TEST_F(Interim, AClientWithoutExpectationIsServedWithoutA100) {
  start();
  auto client = connect();
  client.send(post("") + "hello");
  auto worker = node1.accept();
  EXPECT_EQ(worker.receive_head().find("Expect"), std::string::npos);
  EXPECT_EQ(worker.receive(5), "hello");
  worker.send(ok("done"));
  EXPECT_TRUE(client.receive_message().starts_with("HTTP/1.1 200 "));
}

TEST_F(Interim, AnHttp10ClientGetsNone) {
  start();
  auto client = connect();
  client.send(post("Expect: 100-continue\r\n", "1.0") + "hello");
  auto worker = node1.accept();
  EXPECT_EQ(worker.receive_head().find("Expect"), std::string::npos);
  EXPECT_EQ(worker.receive(5), "hello");
  worker.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + proceed + ok("done"));
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 200 "));
}

TEST_F(Interim, EarlyHintsPassAtOnce) {
  start();
  auto [client, worker] = meet(request);
  const std::string hints =
      "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    worker.send(hints);
    ASSERT_EQ(client.receive_head(), hints);  // while the worker is still at work
  }
  worker.send(ok("done"));
  EXPECT_TRUE(client.receive_message().ends_with("done"));
}

TEST_F(Interim, InterimAnswersWithoutEndAre502) {
  start();
  auto [client, worker] = meet(request);
  for (int i = 0; i < 11; ++i) worker.send("HTTP/1.1 102 Processing\r\n\r\n");
  for (int i = 0; i < 10; ++i) ASSERT_EQ(status_of(client.receive_head()), "102");
  EXPECT_EQ(status_of(client.receive_message()), "502");
  EXPECT_NE(worker.await_end(), End::silent);
}

TEST_F(Interim, ASwitchOfProtocolsThatNobodyAskedForIs502) {
  start();
  auto [client, worker] = meet(request);
  worker.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(status_of(client.receive_message()), "502");
}

}  // namespace
}  // namespace jkproxy

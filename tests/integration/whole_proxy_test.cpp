#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {

namespace {

// Two fake Tomcats, node1 and node2.
class TwoNodes : public WholeProxy {
 protected:
  void start(FakeTomcat::Answer first, FakeTomcat::Answer second) {
    node1 = std::make_unique<FakeTomcat>(std::move(first));
    node2 = std::make_unique<FakeTomcat>(std::move(second));
    add_worker("node1", node1->port());
    add_worker("node2", node2->port());
    WholeProxy::start();
  }
  void TearDown() override { stop(); }

  // What the error log says, once the proxy has ended.
  std::string log() {
    stop();
    std::string text;
    for (const auto& line : log_lines->last_formatted()) text += line;
    return text;
  }

  std::unique_ptr<FakeTomcat> node1;
  std::unique_ptr<FakeTomcat> node2;
};

TEST_F(TwoNodes, SendsASessionToTheWorkerOfItsRoute) {
  start(says("one"), says("two"));
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(get("Cookie: JSESSIONID=A-n1.node2\r\n").ends_with("\r\n\r\ntwo"));
  EXPECT_EQ(node1->requests(), 0);
}

TEST_F(TwoNodes, MovesTheSessionOfADeadWorkerAndKeepsItThere) {
  start(says("one"), says("two"));
  node1->die();
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(get("Cookie: JSESSIONID=A-n1.node1\r\n").ends_with("\r\n\r\ntwo"));
}

TEST_F(TwoNodes, SendsAPostOfADeadWorkersSessionOnce) {
  start(says("one"), says("two"));
  node1->die();
  const auto answer = exchange(
      "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nCookie: JSESSIONID=A.node1\r\n"
      "Content-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(answer.ends_with("two"));
  EXPECT_EQ(node2->requests(), 1);
}

TEST_F(TwoNodes, NeverRepeatsAPostThatBroke) {
  const auto breaks = [](const std::string&, const std::string&) { return std::string{}; };
  start(breaks, breaks);
  EXPECT_TRUE(
      exchange("POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
          .starts_with("HTTP/1.1 502 "));
  EXPECT_EQ(node1->requests() + node2->requests(), 1);
}

TEST_F(TwoNodes, AnswersPipelinedRequestsInOrder) {
  start([](const std::string& head, const std::string&) { return ok(head.substr(4, 2)); },
        [](const std::string& head, const std::string&) { return ok(head.substr(4, 2)); });
  const auto answer = exchange(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto first = answer.find("\r\n\r\n/1");
  const auto second = answer.find("\r\n\r\n/2");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
}

// RFC 9112 2.2. Another's exchange in between: the CR was read by then.
TEST_F(TwoNodes, AnEmptyLineBeforeARequestMayComeInPieces) {
  start(says("one"), says("one"));
  auto client = connect();
  client.send("\r");
  get();
  client.send("\n\r");
  get();
  client.send("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(status_of(client.receive_message()), "200");
}

TEST_F(TwoNodes, CarriesLargeBodiesBothWays) {
  const auto echo = [](const std::string&, const std::string& body) { return ok(body); };
  start(echo, echo);
  const std::string body(3'000'000, 'b');
  const auto answer =
      exchange("POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + body));
}

TEST_F(TwoNodes, PassesAChunkedAnswerOn) {
  const auto chunked = [](const std::string&, const std::string&) -> std::string {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: "
           "v\r\n\r\n";
  };
  start(chunked, chunked);
  EXPECT_TRUE(get().ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
}

TEST_F(TwoNodes, AnswersHeadWithoutABody) {
  const auto head = [](const std::string&, const std::string&) -> std::string {
    return "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";
  };
  start(head, head);
  const auto answer = get("", "HEAD");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(TwoNodes, PassesSetCookieLinesOnUntouched) {
  const auto cookies = [](const std::string&, const std::string&) {
    return ok("x", "Set-Cookie: JSESSIONID=B.node1; Path=/\r\nSet-Cookie: a=b, c\r\n");
  };
  start(cookies, cookies);
  EXPECT_NE(get().find("Set-Cookie: JSESSIONID=B.node1; Path=/\r\nSet-Cookie: a=b, c\r\n"),
            std::string::npos);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

FakeTomcat::Answer sets_session(const std::string& id) {
  return [id](const std::string&, const std::string&) {
    return ok("x", "Set-Cookie: JSESSIONID=" + id + "; Path=/\r\n");
  };
}

TEST_F(TwoNodes, NamesATomcatWhoseJvmRouteIsNotItsWorkersOnce) {
  start(sets_session("B.tomcat1"), sets_session("B.node2"));
  for (int i = 0; i < 6; ++i) get();
  const auto text = log();
  EXPECT_EQ(count(text, "worker node1 sets sessions of the route \"tomcat1\""), 1U) << text;
  EXPECT_EQ(count(text, "sets sessions"), 1U) << text;
}

TEST_F(TwoNodes, NamesATomcatWithoutAJvmRoute) {
  start(sets_session("B"), sets_session("B-n1"));
  for (int i = 0; i < 6; ++i) get();
  EXPECT_EQ(count(log(), "sets sessions without a route"), 2U);
}

TEST_F(TwoNodes, TakesNoOffenceAtACookieThatIsOnlyRepeatedOrDeleted) {
  start(sets_session("B.elsewhere"), sets_session("deleted; Max-Age=0"));
  get("Cookie: JSESSIONID=B.elsewhere\r\n");
  get("Cookie: JSESSIONID=B.node2\r\n");
  EXPECT_EQ(count(log(), "sets sessions"), 0U);
}

TEST_F(TwoNodes, RefusesAmbiguousFraming) {
  start(says("one"), says("two"));
  EXPECT_TRUE(exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                  .starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(node1->requests() + node2->requests(), 0);
}

TEST_F(TwoNodes, AllWorkersDeadIs503WithRetryAfter) {
  start(says("one"), says("two"));
  node1->die();
  node2->die();
  const auto answer = get("Cookie: JSESSIONID=A.node1\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 "));
  EXPECT_NE(answer.find("\r\nRetry-After: "), std::string::npos);
  EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
}

}  // namespace

}  // namespace jkproxy

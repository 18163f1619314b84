// The table of evidence through the whole proxy: how an attempt ended x over a kept or a fresh
// connection x method and body -> same worker, fallback, 502, 503 or 504; and never an unsafe
// request twice.

#include <fcntl.h>

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

// A kind of request, and whether it may be sent twice.
struct Kind {
  std::string name;
  std::string method;
  std::string framing;
  std::string body;
  bool repeatable;

  std::string head(const std::string& more = "") const {
    return method + " /x HTTP/1.1\r\nHost: h\r\n" + more + framing + "\r\n";
  }
  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

std::string length(std::size_t bytes) {
  return "Content-Length: " + std::to_string(bytes) + "\r\n";
}

const std::string large(100'000, 'b');  // beyond limits.replay_body
const std::string chunked = "Transfer-Encoding: chunked\r\n";

const std::vector<Kind> kinds{
    {"Get", "GET", "", "", true},
    {"Head", "HEAD", "", "", true},
    {"Delete", "DELETE", "", "", true},
    {"Options", "OPTIONS", "", "", true},
    {"PutSmall", "PUT", length(5), "hello", true},
    {"PutEmpty", "PUT", length(0), "", true},
    {"PutLarge", "PUT", length(large.size()), large, false},
    {"PutChunked", "PUT", chunked, "5\r\nhello\r\n0\r\n\r\n", false},
    {"Post", "POST", length(5), "hello", false},
    {"PostEmpty", "POST", length(0), "", false},
    {"PostChunked", "POST", chunked, "5\r\nhello\r\n0\r\n\r\n", false},
    {"Patch", "PATCH", length(5), "hello", false},
    {"UnknownMethod", "BREW", "", "", false},
};

const std::string session = "Cookie: JSESSIONID=A-n1.node1\r\n";

// node1 is the test's own, node2 answers "two" and counts. Requests carry a session of node1.
class Evidence : public WholeProxy, public testing::WithParamInterface<Kind> {
 protected:
  Evidence() {
    settings.threads = 1;
    balancer().connect_timeout = std::chrono::milliseconds{300};
    add_worker("node1", node1.port());
    add_worker("node2", node2.port());
  }
  ~Evidence() override { stop(); }

  void send_request(const std::string& more = session) {
    client = connect();
    client.send(GetParam().head(more) + GetParam().body);
  }
  std::string answer() {
    return GetParam().method == "HEAD" ? client.receive_head() : client.receive_message();
  }
  // node1's end of a connection that has served a request and is kept.
  Connection serve_first_request() {
    auto first = connect();
    first.send("GET /first HTTP/1.1\r\nHost: h\r\n" + session + "\r\n");
    auto worker = node1.accept();
    worker.receive_head();
    worker.send(ok("first"));
    first.receive_message();
    return worker;
  }
  // Takes a whole request off the connection; false where it ends before.
  bool take_request(Connection& worker) {
    const auto head = worker.receive_head();
    if (head.empty()) return false;
    const auto& kind = GetParam();
    request_size = head.size() + kind.body.size();
    if (kind.framing == chunked) return !worker.receive_until("0\r\n\r\n").empty();
    return worker.receive(kind.body.size()) == kind.body;
  }
  void expect_answer_of(Connection worker) {
    ASSERT_TRUE(take_request(worker));
    worker.send(ok(GetParam().method == "HEAD" ? "" : "one"));
    const auto text = answer();
    EXPECT_EQ(status_of(text), "200");
    EXPECT_TRUE(GetParam().method == "HEAD" || text.ends_with("one")) << text;
    kept = std::move(worker);
  }
  // The request broke on node1: once more there, or 502 and never again.
  void expect_same_worker_or_502() {
    if (GetParam().repeatable) return expect_answer_of(node1.accept());
    EXPECT_EQ(status_of(answer()), "502");
    EXPECT_FALSE(node1.is_called());
    EXPECT_EQ(node2.requests(), 0);
  }
  void expect_fallback() {
    EXPECT_EQ(status_of(answer()), "200");
    EXPECT_EQ(node2.requests(), 1);
  }

  HandTomcat node1;
  FakeTomcat node2{[](const std::string& head, const std::string&) {
    return ok(head.starts_with("HEAD") ? "" : "two");
  }};
  Connection client{-1};
  Connection kept{-1};           // of node1, in the proxy's pool
  std::size_t request_size = 0;  // as the worker gets it
};

INSTANTIATE_TEST_SUITE_P(Of, Evidence, testing::ValuesIn(kinds),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(Evidence, RefusedGoesToTheFallback) {
  node1.die();
  start();
  send_request();
  expect_fallback();
}

// A listening socket whose queue is full drops what knocks: only silence is seen.
TEST_P(Evidence, SilenceAtTheConnectGoesToTheFallbackWithoutASignOfLife) {
  HandTomcat full{0};
  settings.workers.front().address.port = full.port();
  std::vector<Connection> queue;
  for (int i = 0; i < 4; ++i) queue.push_back(Connection::begin_to(full.port()));
  start();
  send_request();
  expect_fallback();
}

TEST_P(Evidence, BrokenOnAFreshConnectionIsTriedOnceMoreWhereItMay) {
  start();
  for (const bool by_reset : {false, true}) {
    send_request();
    auto worker = node1.accept();
    ASSERT_TRUE(take_request(worker));
    by_reset ? worker.reset() : worker.close();
    expect_same_worker_or_502();
    kept.close();
  }
}

TEST_P(Evidence, BrokenTwiceByADeadWorkerGoesToTheFallbackWhereItMay) {
  if (!GetParam().repeatable) return;  // ends with the first, see above
  start();
  send_request();
  auto worker = node1.accept();
  ASSERT_TRUE(take_request(worker));
  worker.close();
  worker = node1.accept();
  ASSERT_TRUE(take_request(worker));
  node1.die();
  worker.close();
  expect_fallback();
}

TEST_P(Evidence, BrokenOnAKeptConnectionIsTriedOnceMoreWhereItMay) {
  start();
  for (const bool by_reset : {false, true}) {
    auto worker = serve_first_request();

    send_request();
    ASSERT_TRUE(take_request(worker));  // over the same connection
    by_reset ? worker.reset() : worker.close();
    expect_same_worker_or_502();
    kept.close();
  }
}

TEST_P(Evidence, AKeptConnectionThatEndedMeanwhileCostsNothing) {
  start();
  for (const bool by_reset : {false, true}) {
    auto worker = serve_first_request();
    by_reset ? worker.reset() : worker.close();

    send_request();
    expect_answer_of(node1.accept());
    EXPECT_FALSE(node1.is_called());
    kept.close();
  }
}

TEST_P(Evidence, AnInterimAnswerForbidsAnotherTry) {
  start();
  send_request();
  auto worker = node1.accept();
  ASSERT_TRUE(take_request(worker));
  worker.send("HTTP/1.1 103 Early Hints\r\n\r\n");
  EXPECT_EQ(status_of(client.receive_head()), "103");
  worker.close();
  EXPECT_EQ(status_of(answer()), "502");
  EXPECT_FALSE(node1.is_called());
  EXPECT_EQ(node2.requests(), 0);
}

TEST_P(Evidence, AnAnswerThatBeganForbidsAnotherTry) {
  start();
  send_request();
  auto worker = node1.accept();
  ASSERT_TRUE(take_request(worker));
  worker.send("H");
  worker.close();
  EXPECT_EQ(status_of(answer()), "502");
  EXPECT_FALSE(node1.is_called());
  EXPECT_EQ(node2.requests(), 0);
}

TEST_P(Evidence, NoAnswerInTimeIs504AndNoOtherTry) {
  balancer().response_timeout = std::chrono::milliseconds{200};
  start();
  send_request();
  auto worker = node1.accept();
  ASSERT_TRUE(take_request(worker));
  EXPECT_EQ(status_of(answer()), "504");
  EXPECT_NE(worker.await_end(), End::silent);
  EXPECT_FALSE(node1.is_called());
  EXPECT_EQ(node2.requests(), 0);
}

// At the fallback, whatever breaks is the end: no third worker, and no second try.
TEST_P(Evidence, BrokenAtTheFallbackIs502AndNoThirdWorker) {
  HandTomcat second;
  HandTomcat third;
  settings.workers.back().address.port = second.port();
  add_worker("node3", third.port());
  node1.die();
  start();
  send_request();
  while (!second.is_called(1) && !third.is_called(1)) {
  }
  auto worker = second.is_called() ? second.accept() : third.accept();
  ASSERT_TRUE(take_request(worker));
  worker.close();
  EXPECT_EQ(status_of(answer()), "502");
  EXPECT_FALSE(second.is_called());
  EXPECT_FALSE(third.is_called());
}

// The worker ends the connection after each byte that it took.
TEST_P(Evidence, BrokenAtEveryByteOfTheRequest) {
  start();
  send_request();
  expect_answer_of(node1.accept());
  kept.close();
  const auto size = request_size;
  const auto step = std::max<std::size_t>(1, size / 250);
  for (std::size_t position = 0; position <= size; position += step) {
    send_request();
    auto worker = node1.accept();
    ASSERT_TRUE(worker.is_spoken_to());
    worker.take_exactly(position);
    position % 2 == 0 ? worker.reset() : worker.close();
    expect_same_worker_or_502();
    ASSERT_FALSE(HasFailure()) << position;
    kept.close();
  }
}

class BrokenAnswer : public HandProxy {
 protected:
  void begin() {
    client = connect();
    client.send("GET /x HTTP/1.1\r\nHost: h\r\n" + session + "\r\n");
    worker = node1.accept();
    ASSERT_FALSE(worker.receive_head().empty());
  }
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\n";
  Connection client{-1};
  Connection worker{-1};
};

TEST_F(BrokenAnswer, AtEveryByteOfItsHeadIs502) {
  start();
  for (std::size_t position = 1; position < head.size(); ++position) {
    begin();
    worker.send(head.substr(0, position));
    worker.close();
    EXPECT_EQ(status_of(client.receive_message()), "502") << position;
    ASSERT_FALSE(node1.is_called()) << position;
  }
}

TEST_F(BrokenAnswer, AtEveryByteOfItsBodyIsSeenToBeCut) {
  start();
  for (const std::string framed : {"Content-Length: 11\r\n\r\nhello world",
                                   "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    const auto whole = "HTTP/1.1 200 OK\r\n" + framed;
    for (auto size = whole.find("\r\n\r\n") + 4; size < whole.size(); ++size) {
      begin();
      worker.send(whole.substr(0, size));
      worker.close();
      const auto got = client.receive_all();
      EXPECT_FALSE(got.ends_with("hello world") || got.ends_with("0\r\n\r\n")) << size << got;
      EXPECT_EQ(client.end(), End::closed) << size << framed;
      ASSERT_FALSE(node1.is_called()) << size;
    }
  }
}

TEST_F(BrokenAnswer, AStalledBodyIsSeenToBeCut) {
  balancer().response_timeout = std::chrono::milliseconds{200};
  start();
  begin();
  worker.send(head + "hel");
  EXPECT_TRUE(client.receive_all().ends_with("hel"));
  EXPECT_EQ(client.end(), End::closed);
  EXPECT_NE(worker.await_end(), End::silent);
}

// A full accept queue is no death: while it answers others, its sessions stay.
struct FullAcceptQueue : BrokenAnswer {
  const std::string begin_of_answer = "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n";
  HandTomcat full{0};
  FakeTomcat node2{says("two")};
  Connection other{-1};
  std::vector<Connection> queue;

  // Another request is under way there, and its answer has begun as `first` says.
  void begin_beside(const std::string& first) {
    settings.workers.clear();
    balancer().workers.clear();
    add_worker("node1", full.port());
    add_worker("node2", node2.port());
    balancer().connect_timeout = std::chrono::milliseconds{1000};
    start();
    other = connect();
    other.send("GET /other HTTP/1.1\r\nHost: h\r\n" + session + "\r\n");
    worker = full.accept();
    ASSERT_FALSE(worker.receive_head().empty());
    worker.send(first);
    if (!first.empty()) other.receive_head();
    for (int i = 0; i < 4; ++i) queue.push_back(Connection::begin_to(full.port()));
    client = connect();
    client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n" + session + "\r\n");
    const std::string sign_of_life = "HTTP/1.1 102 Processing\r\n\r\n";
    for (int i = 0; i < 8; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
      worker.send(first.empty() ? sign_of_life : "a piece of the body");
    }
  }
};

TEST_F(FullAcceptQueue, OfAWorkerThatAnswersOthersIs503) {
  begin_beside({});
  EXPECT_EQ(status_of(client.receive_message()), "503");
  EXPECT_EQ(node2.requests(), 0);
  EXPECT_FALSE(logged("moves to"));
}

TEST_F(FullAcceptQueue, OfAWorkerThatGoesOnWithAnAnswerIs503) {
  begin_beside(begin_of_answer);
  EXPECT_EQ(status_of(client.receive_message()), "503");
  EXPECT_EQ(node2.requests(), 0);
  EXPECT_FALSE(logged("moves to"));
}

TEST_F(FullAcceptQueue, IsTriedOnceMoreBeforeThat) {
  begin_beside(begin_of_answer);
  queue.clear();
  Connection late{-1};
  for (std::string taken; taken.empty(); taken = late.receive_head()) {
    late = full.accept();
    ASSERT_TRUE(late.is_open());
  }
  late.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(status_of(client.receive_message()), "200");
  EXPECT_EQ(node2.requests(), 0);
}

}  // namespace
}  // namespace jkproxy

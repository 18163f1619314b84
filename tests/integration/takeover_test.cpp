// Take-overs through the whole proxy: the gate, late answers, living workers that are left, and a
// worker that comes back as another process.

#include <boost/asio/post.hpp>
#include <future>

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

constexpr int soon = 50;  // milliseconds in which what must not come would have come

// The connection ends with it, so that the next request comes over one of its own.
std::string answer(const std::string& body, const std::string& fields = "") {
  return ok(body, fields + "Connection: close\r\n");
}

class Takeover : public WholeProxy {
 protected:
  Takeover() {
    add_worker("node1", node1.port());
    add_worker("node2", node2.port());
  }

  static std::string request(const std::string& method, const std::string& path = "/x") {
    return method + " " + path + " HTTP/1.1\r\nHost: h\r\nCookie: JSESSIONID=5F-n1.node1\r\n" +
           (method == "POST" ? "Content-Length: 0\r\n" : "") + "\r\n";
  }
  Connection send(const std::string& bytes) const {
    auto client = connect();
    client.send(bytes);
    return client;
  }
  static std::string taken_over(const std::string& body) {
    return answer(body, "Set-Cookie: JSESSIONID=5F-n2.node2; Path=/; HttpOnly\r\n");
  }
  // The next request head that the worker gets over a new connection.
  static Connection accept_request(const HandTomcat& node, const std::string& path = "/x") {
    auto worker = node.accept();
    EXPECT_NE(worker.receive_head().find(" " + path + " "), std::string::npos);
    return worker;
  }

  HandTomcat node1;
  HandTomcat node2;
};

TEST_F(Takeover, TheFirstRequestGoesAloneAndPipelinedOnesFollowInTheirOrder) {
  start();
  node1.die();
  auto first = send(request("GET"));
  auto worker = accept_request(node2);
  auto second = send(request("GET", "/a") + request("GET", "/b"));
  EXPECT_FALSE(node2.is_called(soon));

  worker.send(taken_over("first"));
  EXPECT_TRUE(first.receive_message().ends_with("first"));
  auto next = accept_request(node2, "/a");
  next.send(answer("a"));
  accept_request(node2, "/b").send(answer("b"));
  EXPECT_TRUE(second.receive_message().ends_with("a"));
  EXPECT_TRUE(second.receive_message().ends_with("b"));
}

TEST_F(Takeover, TheNextWaiterGoesFirstWhenTheFirstAnswerProvesNothing) {
  start();
  node1.die();
  auto first = send(request("GET"));
  auto worker = accept_request(node2);
  auto second = send(request("GET", "/a"));
  EXPECT_FALSE(node2.is_called(soon));
  worker.send(answer("static", "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n"));
  EXPECT_TRUE(first.receive_message().ends_with("static"));
  auto next = accept_request(node2, "/a");
  auto third = send(request("GET", "/b"));
  EXPECT_FALSE(node2.is_called(soon));
  next.send(taken_over("a"));
  EXPECT_TRUE(second.receive_message().ends_with("a"));
  accept_request(node2, "/b").send(answer("b"));
  EXPECT_TRUE(third.receive_message().ends_with("b"));
}

TEST_F(Takeover, AFallbackThatDiesInsideItIs502AndThereIsNoThirdWorker) {
  HandTomcat node3;
  add_worker("node3", node3.port());
  start();
  node1.die();
  auto client = send(request("GET"));
  const auto played = {&node2, &node3};
  const auto* fallback = node2.is_called(soon) ? &node2 : &node3;
  accept_request(*fallback).reset();
  EXPECT_EQ(status_of(client.receive_message()), "502");
  for (const auto* node : played) EXPECT_FALSE(node->is_called(soon));
}

TEST_F(Takeover, ALateAnswerOfTheOldWorkerIsNotDelivered) {
  start();
  auto reader = send(request("GET", "/read"));
  auto reads = accept_request(node1, "/read");
  auto writer = send(request("POST", "/write"));
  auto writes = accept_request(node1, "/write");
  node1.die();  // it takes nobody new, as a Tomcat that stops

  auto mover = send(request("GET"));
  accept_request(node2).send(taken_over("moved"));
  EXPECT_TRUE(mover.receive_message().ends_with("moved"));

  reads.send(answer("from the old copy"));
  accept_request(node2, "/read").send(answer("from the session"));
  EXPECT_TRUE(reader.receive_message().ends_with("from the session"));
  writes.send(answer("into the old copy"));
  EXPECT_EQ(status_of(writer.receive_message()), "502");
}

TEST_F(Takeover, AWorkerThatBreaksASessionTwiceAndLivesIsLeft) {
  start();
  auto client = send(request("GET"));
  accept_request(node1).reset();
  accept_request(node1).reset();
  node1.accept();  // the check
  accept_request(node2).send(taken_over("moved"));
  EXPECT_TRUE(client.receive_message().ends_with("moved"));
}

TEST_F(Takeover, AWorkerThatBreaksASessionIsNotLeftWhileItServesIt) {
  balancer().takeover.wait = std::chrono::milliseconds{200};
  start();
  auto other = send(request("GET", "/long"));
  auto serves = accept_request(node1, "/long");
  auto client = send(request("GET"));
  accept_request(node1).reset();
  accept_request(node1).reset();
  node1.accept();
  EXPECT_EQ(status_of(client.receive_message()), "502");
  serves.send(answer("long"));
  EXPECT_TRUE(other.receive_message().ends_with("long"));
  EXPECT_FALSE(node2.is_called());
}

class StoppedWorker : public Takeover {
 protected:
  void stop_node1() {
    server->set_activation(server->snapshot().workers.front()->id(), config::Activation::stopped);
    std::promise<void> done;
    boost::asio::post(server->control(), [&] { done.set_value(); });
    done.get_future().wait();
  }
};

TEST_F(StoppedWorker, IsLeftOnceTheSessionIsQuiet) {
  start();
  auto busy = send(request("POST", "/write"));
  auto writes = accept_request(node1, "/write");
  stop_node1();
  auto client = send(request("GET"));
  EXPECT_FALSE(node2.is_called(soon));
  writes.send(answer("written"));
  EXPECT_TRUE(busy.receive_message().ends_with("written"));
  accept_request(node2).send(taken_over("moved"));
  EXPECT_TRUE(client.receive_message().ends_with("moved"));
}

TEST_F(StoppedWorker, KeepsASessionThatIsInUseAllTheTime) {
  balancer().takeover.wait = std::chrono::milliseconds{200};
  start();
  auto busy = send(request("GET", "/poll"));
  auto polls = accept_request(node1, "/poll");
  stop_node1();
  auto client = send(request("GET"));
  accept_request(node1).send(answer("stays"));
  EXPECT_TRUE(client.receive_message().ends_with("stays"));
  polls.send(answer("polled"));
  EXPECT_TRUE(busy.receive_message().ends_with("polled"));
  EXPECT_FALSE(node2.is_called());
}

// Its checks are played by hand, too.
class RestartedWorker : public Takeover {
 protected:
  RestartedWorker() {
    settings.workers.pop_back();
    balancer().workers.pop_back();
    balancer().health_check = {.path = "/health",
                               .interval = std::chrono::milliseconds{10},
                               .timeout = std::chrono::seconds{10},
                               .status = {}};
  }
  static void answer_checks(Connection& witness, int checks) {
    for (int i = 0; i < checks; ++i) {
      ASSERT_NE(witness.receive_head().find(" /health "), std::string::npos);
      witness.send(ok("fine"));
    }
  }
};

TEST_F(RestartedWorker, GetsTheFirstRequestOfASessionAlone) {
  start();
  auto witness = node1.accept();
  answer_checks(witness, 1);
  witness.close();  // its process ends; another one is there at once
  witness = node1.accept();
  answer_checks(witness, 2);
  // The third check begins once the second has made the worker usable.
  EXPECT_FALSE(witness.receive_head().empty());

  auto first = send(request("POST"));
  auto loads = accept_request(node1);
  auto second = send(request("POST", "/a"));
  EXPECT_FALSE(node1.is_called(soon));
  loads.send(answer("loaded"));
  EXPECT_TRUE(first.receive_message().ends_with("loaded"));
  accept_request(node1, "/a").send(answer("a"));
  EXPECT_TRUE(second.receive_message().ends_with("a"));
  EXPECT_TRUE(logged("its process ended"));
}

}  // namespace
}  // namespace jkproxy

// Out of descriptors the program neither spins nor dies, and blames no worker.

#include "tests/app/process.hpp"
#include "tests/fakes/fake_tomcat.hpp"
#include "tests/fakes/hand_tomcat.hpp"

namespace jkproxy::app {
namespace {

using fakes::Connection;
using fakes::FakeTomcat;

constexpr rlim_t few = 64;
constexpr int more_than_fit = 100;

class DescriptorsTest : public LifeTest {
 protected:
  void SetUp() override {
    worker_port = node1.port();
    threads = 1;
    LifeTest::SetUp();
  }

  static Connection ask(std::uint16_t port, const std::string& fields = "") {
    auto client = Connection::to(port);
    client.send("GET /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    return client;
  }
  // As many silent clients as fit, and more. Where the sanitizer meets a class for the first time,
  // its look at the vtable takes descriptors: so a broken and a served request go first.
  void flood_with_clients(Process& process) {
    auto first = Connection::to(process.port());
    first.send("POST /break HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(answer_of(first).starts_with("HTTP/1.1 502 "));
    first.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(answer_of(first).ends_with("ok"));
    first.close();
    for (int i = 0; i < more_than_fit; ++i) flood.push_back(Connection::to(process.port()));
    ASSERT_TRUE(process.says("cannot accept clients: Too many open files"));
  }

  static std::string answer_of(Connection& client) { return client.receive_message(); }

  std::vector<Connection> flood;
  FakeTomcat node1{[](const std::string& head, const std::string&) -> std::string {
    if (head.starts_with("POST /break ")) return {};
    return "HTTP/1.1 200 \r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  }};
};

TEST_F(DescriptorsTest, ClientsThatDoNotFitWaitAndCostNothing) {
  Process process{{"-c", file()}, few};
  const auto port = process.port();
  flood_with_clients(process);
  auto waiting = ask(port);

  const auto before = process.cpu_ticks();
  std::this_thread::sleep_for(std::chrono::seconds{1});
  EXPECT_LT(process.cpu_ticks() - before, 30) << "clock ticks of 10 ms in a second: it spins";

  flood.clear();
  EXPECT_TRUE(answer_of(waiting).ends_with("ok"));
  auto next = ask(port);
  EXPECT_TRUE(answer_of(next).ends_with("ok"));
  process.send(SIGTERM);
  EXPECT_EQ(process.exit_code(), 0);
}

TEST_F(DescriptorsTest, AConnectThatFailsForWantOfThemIs503AndBlamesNoWorker) {
  Process process{{"-c", file()}, few};
  const auto port = process.port();
  flood_with_clients(process);

  const std::string session = "Cookie: JSESSIONID=A.node1\r\n";
  for (int i = 0; i < 3; ++i) {
    flood.front().send("GET /x HTTP/1.1\r\nHost: h\r\n" + session + "\r\n");
    const auto answer = answer_of(flood.front());
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_NE(answer.find("\r\nRetry-After: "), std::string::npos);
  }
  EXPECT_EQ(node1.requests(), 2);  // those two

  flood.clear();
  auto next = ask(port, session);
  EXPECT_TRUE(answer_of(next).ends_with("ok"));
  process.send(SIGTERM);
  EXPECT_EQ(process.exit_code(), 0);
  EXPECT_EQ(process.said().find("-> error"), std::string::npos) << process.said();
  EXPECT_EQ(process.said().find("moves to"), std::string::npos) << process.said();
}

}  // namespace
}  // namespace jkproxy::app

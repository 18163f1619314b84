// Signals while a request is under way; the test plays the worker.

#include "tests/app/process.hpp"
#include "tests/fakes/hand_tomcat.hpp"

namespace jkproxy::app {
namespace {

using fakes::Connection;
using fakes::HandTomcat;
using End = Connection::End;

class SignalsTest : public LifeTest {
 protected:
  void SetUp() override {
    worker_port = node1.port();
    threads = 1;
    LifeTest::SetUp();
  }

  // A client whose request is with the worker. The first look at the farm connects, too.
  void begin(Process& process) {
    client = Connection::to(process.port());
    client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    std::string head;
    while (head.empty()) {
      worker = node1.accept();
      ASSERT_TRUE(worker.is_open());
      head = worker.receive_head();
    }
  }
  void answer() {
    worker.send("HTTP/1.1 200 \r\nContent-Length: 4\r\n\r\nslow");
    EXPECT_TRUE(client.receive_message().ends_with("slow"));
  }

  HandTomcat node1;
  Connection client{-1};
  Connection worker{-1};
};

TEST_F(SignalsTest, TermFinishesWhatIsUnderWay) {
  Process process{{"-c", file()}};
  begin(process);
  process.send(SIGTERM);
  EXPECT_TRUE(process.says("stopping: what is under way is finished, for at most 30s"));
  answer();
  EXPECT_EQ(client.await_end(), End::closed);
  EXPECT_EQ(process.exit_code(), 0);
}

TEST_F(SignalsTest, TermGivesUpAfterShutdownTimeout) {
  write("127.0.0.1:0", "shutdown_timeout: 200ms\n");
  Process process{{"-c", file()}};
  begin(process);
  process.send(SIGQUIT);
  EXPECT_TRUE(process.says("shutdown_timeout passed"));
  EXPECT_EQ(client.await_end(), End::reset);
  EXPECT_NE(worker.await_end(), End::silent);
  EXPECT_EQ(process.exit_code(), 0);
}

TEST_F(SignalsTest, ASecondTermEndsItAtOnce) {
  Process process{{"-c", file()}};
  begin(process);
  process.send(SIGTERM);
  ASSERT_TRUE(process.says("stopping: what is under way is finished, for at most 30s"));
  process.send(SIGTERM);
  EXPECT_EQ(client.await_end(), End::reset);
  EXPECT_EQ(process.exit_code(), 0);
  EXPECT_NE(process.said().find("stopping at once"), std::string::npos);
}

TEST_F(SignalsTest, IntEndsItAtOnce) {
  Process process{{"-c", file()}};
  begin(process);
  process.send(SIGINT);
  EXPECT_EQ(client.await_end(), End::reset);
  EXPECT_EQ(process.exit_code(), 0);
}

TEST_F(SignalsTest, HupUsr1AndUsr2LeaveRequestsAlone) {
  Process process{{"-c", file()}};
  begin(process);
  process.send(SIGHUP);
  EXPECT_TRUE(process.says("is good and has not changed"));
  process.send(SIGUSR1);
  EXPECT_TRUE(process.says("SIGUSR1: logs opened again"));
  process.send(SIGUSR2);
  EXPECT_TRUE(process.says("SIGUSR2 is ignored"));
  answer();
}

TEST_F(SignalsTest, Usr1OpensBothLogsAgainAfterTheyWereRenamed) {
  const auto access = folder / "access.log";
  const auto error = folder / "error.log";
  write("127.0.0.1:0", "access_log: { file: '" + access.string() + "' }\nlog: { file: '" +
                           error.string() + "' }\nstatus: { bind: '127.0.0.1:0' }\n");
  Process process{{"-c", file()}};
  ASSERT_TRUE(comes(error, "balancer default: worker node1"));
  const auto text = text_of(error);
  const std::string before = "listening on 127.0.0.1:";
  const auto port =
      static_cast<std::uint16_t>(std::stoi(text.substr(text.find(before) + before.size())));
  const auto ask = [port](const std::string& path) {
    auto asking = Connection::to(port);
    asking.send("GET " + path + " HTTP/1.1\r\n\r\n");  // 400, and logged all the same
    asking.receive_all();
  };

  ask("/first");
  ASSERT_TRUE(comes(access, "/first"));
  std::filesystem::rename(access, folder / "access.log.1");
  std::filesystem::rename(error, folder / "error.log.1");
  process.send(SIGUSR1);
  EXPECT_TRUE(comes(error, "SIGUSR1: logs opened again"));
  ask("/second");
  EXPECT_TRUE(comes(access, "/second"));
  EXPECT_EQ(text_of(folder / "access.log.1").find("/second"), std::string::npos);
  EXPECT_EQ(text_of(folder / "error.log.1").find("SIGUSR1"), std::string::npos);
  EXPECT_EQ(text_of(access).find("/first"), std::string::npos);
  process.send(SIGTERM);
  EXPECT_EQ(process.exit_code(), 0);
}

TEST_F(SignalsTest, ALogThatCannotBeOpenedAgainIsSaidAndTheOldOneStays) {
  const auto logs = folder / "logs";
  const auto moved = folder / "moved";
  std::filesystem::create_directory(logs);
  write("127.0.0.1:0", "access_log: { file: '" + (logs / "access.log").string() + "' }\n");
  Process process{{"-c", file()}};
  const auto port = process.port();
  std::filesystem::rename(logs, moved);
  process.send(SIGUSR1);
  EXPECT_TRUE(process.says("SIGUSR1"));
  auto asking = Connection::to(port);
  asking.send("GET /later HTTP/1.1\r\n\r\n");
  asking.receive_all();
  EXPECT_TRUE(comes(moved / "access.log", "/later"));
}

}  // namespace
}  // namespace jkproxy::app

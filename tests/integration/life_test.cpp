// Start and stop of whole servers, several of them in one process.

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

class Life : public HandProxy {
 protected:
  // A client whose request is with the worker.
  void begin() {
    client = connect();
    client.send(request);
    worker = node1.accept();
    ASSERT_FALSE(worker.receive_head().empty());
  }
  void await_stop() {
    control.join();
    EXPECT_TRUE(logged("stopped"));
  }

  Connection client{-1};
  Connection worker{-1};
};

TEST_F(Life, AGracefulStopFinishesWhatIsUnderWay) {
  start();
  begin();
  auto idle = connect();
  idle.send("GET /elsewhere HTTP/1.1\r\n\r\n");
  idle.receive_message();
  auto silent = connect();
  const auto at = port();
  server->begin_stop();
  EXPECT_EQ(idle.await_end(), End::closed);
  EXPECT_EQ(silent.await_end(), End::closed);
  worker.send(ok("whole"));
  const auto answer = client.receive_message();
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("whole"));
  await_stop();
  EXPECT_FALSE(Connection::to(at).is_open());
}

TEST_F(Life, AGracefulStopFinishesAnAnswerThatHasBegun) {
  start();
  begin();
  worker.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  EXPECT_FALSE(client.receive_until("one").empty());
  auto silent = connect();
  server->begin_stop();
  EXPECT_EQ(silent.await_end(), End::closed);
  worker.send("3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_TRUE(client.receive_all().ends_with("3\r\ntwo\r\n0\r\n\r\n"));
  EXPECT_EQ(client.end(), End::closed);
  await_stop();
}

// The kernel has accepted them, so they believe that they are being served.
TEST_F(WholeProxy, AGracefulStopServesClientsThatWaitToBeAccepted) {
  FakeTomcat node1{says("served")};
  add_worker("node1", node1.port());
  settings.threads = 1;
  start();
  std::vector<Connection> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(connect());
    clients.back().send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  server->begin_stop();
  int served = 0;
  for (auto& client : clients) served += client.receive_message().ends_with("served") ? 1 : 0;
  EXPECT_EQ(served, 100);
  control.join();
}

TEST_F(Life, ShutdownTimeoutBreaksOffWhatIsUnderWay) {
  settings.shutdown_timeout = std::chrono::milliseconds{200};
  start();
  begin();
  auto uploading = connect();
  uploading.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart");
  auto half = connect();
  half.send("GET /x HTT");
  server->begin_stop();
  await_stop();
  EXPECT_TRUE(logged("shutdown_timeout passed"));
  EXPECT_EQ(client.await_end(), End::reset);
  EXPECT_NE(uploading.await_end(), End::silent);
  EXPECT_NE(half.await_end(), End::silent);
  EXPECT_NE(worker.await_end(), End::silent);
}

TEST_F(Life, AnImmediateStopBreaksOffWhateverItIs) {
  start();
  begin();
  auto silent = connect();
  server->begin_stop();
  server->stop_now();
  await_stop();
  EXPECT_EQ(client.await_end(), End::reset);
  EXPECT_NE(silent.await_end(), End::silent);
}

TEST_F(Life, AServerThatNeverStartedEnds) {
  const app::Server idle{settings, std::chrono::steady_clock::now,
                         std::make_shared<spdlog::logger>("test", log_lines)};
}

TEST_F(Life, APortInUseLeavesNothingBehind) {
  start();
  auto same = settings;
  same.listeners.front().bind.port = port();
  app::Server second{same, std::chrono::steady_clock::now,
                     std::make_shared<spdlog::logger>("test", log_lines)};
  EXPECT_THROW(second.start(), std::runtime_error);
  begin();
  worker.send(ok("served"));
  EXPECT_TRUE(client.receive_message().ends_with("served"));
}

TEST_F(Life, SeveralServersLiveInOneProcess) {
  start();
  FakeTomcat another_tomcat{says("second")};
  auto other = settings;
  other.threads = 2;
  other.workers.front().address.port = another_tomcat.port();
  app::Server second{other, std::chrono::steady_clock::now,
                     std::make_shared<spdlog::logger>("test", log_lines)};
  second.start();
  std::thread second_control{[&second] { second.wait(); }};
  const auto ask_second = [&second, this] {
    auto asking = Connection::to(second.listener_ports().front());
    asking.send(request);
    return asking.receive_message();
  };
  begin();
  EXPECT_TRUE(ask_second().ends_with("second"));
  worker.send(ok("first"));
  EXPECT_TRUE(client.receive_message().ends_with("first"));
  stop();
  EXPECT_TRUE(ask_second().ends_with("second"));
  second.begin_stop();
  second_control.join();
}

}  // namespace
}  // namespace jkproxy

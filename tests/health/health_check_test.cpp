#include "health/health_check.hpp"

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <deque>

#include "tests/fakes/manual_clock.hpp"

namespace jkproxy::health {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

// Answers each request from a script; with an empty script it says nothing.
class FakeTomcat {
 public:
  explicit FakeTomcat(asio::io_context& io)
      : io_{io}, acceptor_{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}} {
    accept();
  }
  routing::Address address() const {
    return *routing::literal_address(
        {.host = "127.0.0.1", .port = acceptor_.local_endpoint().port(), .unix_path = {}});
  }

  std::deque<std::string> script;
  std::vector<std::string> requests;
  int connections = 0;
  bool closes_after_answer = false;
  std::function<void()> on_request = [] {};

 private:
  struct Peer {
    tcp::socket socket;
    std::string in{};
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      ++connections;
      read(std::make_shared<Peer>(Peer{std::move(socket)}));
      accept();
    });
  }
  void read(const std::shared_ptr<Peer>& peer) {
    asio::async_read_until(peer->socket, asio::dynamic_buffer(peer->in), "\r\n\r\n",
                           [this, peer](const boost::system::error_code& error, std::size_t size) {
                             if (error) return;
                             requests.push_back(peer->in.substr(0, size));
                             peer->in.erase(0, size);
                             on_request();
                             if (!script.empty()) {
                               asio::write(peer->socket, asio::buffer(script.front()));
                               script.pop_front();
                               if (closes_after_answer) return;
                             }
                             read(peer);
                           });
  }

  asio::io_context& io_;
  tcp::acceptor acceptor_;
};

class HealthCheckTest : public testing::Test {
 protected:
  // Runs until so many checks have reported.
  const CheckReport& run(std::size_t checks, milliseconds timeout = 10s) {
    HealthCheck check{io,
                      {.path = "/health", .interval = 1ms, .timeout = timeout, .status = {}},
                      "node1:8080",
                      clock.clock(),
                      [&](const CheckReport& report) {
                        reports.push_back(report);
                        if (reports.size() == checks) io.stop();
                      }};
    check.set_address(address.value_or(tomcat.address()));
    check.start();
    io.restart();
    io.run();
    return reports.back();
  }

  asio::io_context io;
  fakes::ManualClock clock;
  FakeTomcat tomcat{io};
  std::optional<routing::Address> address;
  std::vector<CheckReport> reports;
};

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST_F(HealthCheckTest, SendsAGetWithoutACookie) {
  tomcat.script = {ok};
  EXPECT_EQ(run(1).result, CheckResult::good);
  EXPECT_EQ(tomcat.requests.front(),
            "GET /health HTTP/1.1\r\nHost: node1:8080\r\nUser-Agent: jkproxy-check\r\n"
            "Accept: */*\r\n\r\n");
}

TEST_F(HealthCheckTest, KeepsItsConnectionBetweenChecks) {
  tomcat.script = {ok, ok, ok};
  run(3);
  EXPECT_EQ(tomcat.connections, 1);
}

TEST_F(HealthCheckTest, OpensANewConnectionWhereTheWorkerClosedTheOld) {
  tomcat.script = {ok, ok, ok};
  tomcat.closes_after_answer = true;
  run(3);
  EXPECT_EQ(tomcat.connections, 3);
  for (const auto& report : reports) EXPECT_EQ(report.result, CheckResult::good);
}

TEST_F(HealthCheckTest, JudgesByTheStatus) {
  const struct {
    std::string answer;
    CheckResult result;
  } cases[] = {
      {"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", CheckResult::good},
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", CheckResult::bad},
      {"HTTP/1.1 503 Out\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", CheckResult::bad},
      {"no http at all\r\n\r\n", CheckResult::bad}};
  for (const auto& one : cases) {
    reports.clear();
    tomcat.script = {one.answer};
    EXPECT_EQ(run(1).result, one.result) << one.answer;
  }
}

TEST_F(HealthCheckTest, TellsRefusedFromSilent) {
  EXPECT_EQ(run(1, 20ms).result, CheckResult::silent);
  {
    FakeTomcat gone{io};
    address = gone.address();
  }
  EXPECT_EQ(run(2).result, CheckResult::refused);
}

TEST_F(HealthCheckTest, ATimerThatFiredTooLateIsNoEvidence) {
  tomcat.on_request = [this] { clock.turn(5s); };  // as if this machine had been paused
  EXPECT_EQ(run(1, 20ms).result, CheckResult::no_evidence);
}

}  // namespace
}  // namespace jkproxy::health

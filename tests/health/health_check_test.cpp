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

  // As the end of its process does it.
  void close_all() {
    for (const auto& peer : peers_) peer->socket.close();
  }
  // Its first connection.
  void close_first() { peers_.front()->socket.close(); }
  void answer_first(const std::string& answer) {
    asio::write(peers_.front()->socket, asio::buffer(answer));
  }

 private:
  struct Peer {
    tcp::socket socket;
    std::string in{};
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      ++connections;
      read(peers_.emplace_back(std::make_shared<Peer>(Peer{std::move(socket)})));
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
                               if (closes_after_answer) return peer->socket.close();
                             }
                             read(peer);
                           });
  }

  asio::io_context& io_;
  tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Peer>> peers_;
};

constexpr milliseconds idle_timeout{10'000};

class HealthCheckTest : public testing::Test {
 protected:
  // Runs until so many checks have reported.
  const CheckReport& run(std::size_t checks, milliseconds timeout = 10s) {
    HealthCheck check{io,
                      {.path = "/health", .interval = 1ms, .timeout = timeout, .status = {}},
                      idle_timeout,
                      "node1:8080",
                      clock.clock(),
                      [&](const CheckReport& report) {
                        reports.push_back(report);
                        on_report();
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
  std::function<void()> on_report = [] {};

  std::vector<CheckResult> results() const {
    std::vector<CheckResult> results;
    for (const auto& report : reports) results.push_back(report.result);
    return results;
  }
};

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST_F(HealthCheckTest, SendsAGetWithoutACookie) {
  tomcat.script = {ok};
  EXPECT_EQ(run(1).result, CheckResult::good);
  EXPECT_EQ(tomcat.requests.front(),
            "GET /health HTTP/1.1\r\nHost: node1:8080\r\nUser-Agent: jkproxy-check\r\n"
            "Accept: */*\r\nConnection: keep-alive\r\n\r\n");
}

TEST_F(HealthCheckTest, KeepsItsConnectionBetweenChecks) {
  tomcat.script = {ok, ok, ok};
  run(3);
  EXPECT_EQ(tomcat.connections, 1);
}

const auto good = CheckResult::good;
const auto ended = CheckResult::ended;

TEST_F(HealthCheckTest, SeesTheProcessEndByItsWitness) {
  tomcat.script = {ok, ok, ok};
  tomcat.closes_after_answer = true;
  run(5);
  EXPECT_EQ(results(), (std::vector{good, ended, good, ended, good}));
}

TEST_F(HealthCheckTest, OpensANewConnectionWhereTheWorkerSaidItWouldClose) {
  const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  tomcat.script = {last, last, last};
  tomcat.closes_after_answer = true;
  run(3);
  EXPECT_EQ(tomcat.connections, 3);
  EXPECT_EQ(results(), (std::vector{good, good, good}));
}

TEST_F(HealthCheckTest, AnIdleConnectionMayBeClosed) {
  tomcat.script = {ok, ok, ok};
  tomcat.closes_after_answer = true;
  on_report = [this] { clock.turn(idle_timeout); };
  run(3);
  EXPECT_EQ(results(), (std::vector{good, good, good}));
}

TEST_F(HealthCheckTest, BelievesTheWorkersOwnIdleTimeout) {
  const std::string patient =
      "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=20\r\nContent-Length: 0\r\n\r\n";
  tomcat.script = {patient, patient};
  tomcat.closes_after_answer = true;
  on_report = [this] { clock.turn(reports.size() == 1 ? 18s : 20s); };
  run(3);
  EXPECT_EQ(results(), (std::vector{good, ended, good}));
}

TEST_F(HealthCheckTest, AWitnessThatOutlivesASilenceProvesTheSameProcess) {
  tomcat.script = {ok};
  on_report = [this] {
    if (reports.size() == 2) tomcat.script = {ok, ok};
  };
  run(4, 20ms);
  EXPECT_EQ(results(), (std::vector{good, CheckResult::silent, good, good}));
}

TEST_F(HealthCheckTest, AWitnessThatEndsInASilenceProvesAnotherProcess) {
  tomcat.script = {ok};
  on_report = [this] {
    if (reports.size() != 2) return;
    tomcat.close_all();
    tomcat.script = {ok, ok};
  };
  run(4, 20ms);
  EXPECT_EQ(results(), (std::vector{good, CheckResult::silent, ended, good}));
}

// The end of the former process is not to be found only once the next check is over.
TEST_F(HealthCheckTest, SeesTheProcessEndWhileTheNextCheckIsUnderWay) {
  tomcat.script = {ok};
  tomcat.on_request = [this] {
    if (tomcat.requests.size() == 3) tomcat.close_first();
    if (tomcat.requests.size() == 4) tomcat.script = {ok};
  };
  run(4, 500ms);
  EXPECT_EQ(results(), (std::vector{good, CheckResult::silent, ended, good}));
}

TEST_F(HealthCheckTest, GoesOnWhenTheFormerCheckIsAnsweredLate) {
  tomcat.script = {ok};
  tomcat.on_request = [this] {
    if (tomcat.requests.size() == 3) tomcat.answer_first(ok);
    if (tomcat.requests.size() == 4) tomcat.script = {ok};
  };
  run(3, 500ms);
  EXPECT_EQ(results(), (std::vector{good, CheckResult::silent, good}));
}

TEST(EvidenceOf, AConnectThatTimesOutCountsOnlyWhileNobodyElseGetsThrough) {
  const routing::TimePoint begin{1s};
  const CheckReport no_connection{
      .result = CheckResult::silent, .connecting_since = begin, .cause = {}};
  const CheckReport no_answer{.result = CheckResult::silent, .cause = {}};
  EXPECT_EQ(evidence_of(no_connection, begin), CheckResult::no_evidence);
  EXPECT_EQ(evidence_of(no_connection, begin - 1ms), CheckResult::silent);
  EXPECT_EQ(evidence_of(no_answer, begin), CheckResult::silent);
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

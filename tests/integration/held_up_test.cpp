// A proxy that was held up (stopped, starved, a suspended machine) blames nobody for it: what came
// before it looked at the clock again has come in time.

#include <condition_variable>
#include <mutex>

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

// A clock that the test can stop, with whoever asks it, and put forward.
class StoppableClock {
 public:
  routing::TimePoint now() {
    std::unique_lock lock{mutex_};
    if (stopped_) {
      ++held_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !stopped_; });
    }
    return std::chrono::steady_clock::now() + ahead_;
  }
  // Returns once an I/O thread hangs in its next look at the clock.
  void stop() {
    std::unique_lock lock{mutex_};
    stopped_ = true;
    held_ = 0;
    changed_.wait(lock, [this] { return held_ > 0; });
  }
  void go_on(std::chrono::seconds ahead) {
    const std::lock_guard lock{mutex_};
    ahead_ += ahead;
    stopped_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  int held_ = 0;
  std::chrono::seconds ahead_{0};
};

class HeldUp : public HandProxy {
 protected:
  HeldUp() {
    clock = [this] { return time.now(); };
  }
  ~HeldUp() override { stop(); }

  StoppableClock time;
};

TEST_F(HeldUp, AnAnswerThatCameMeanwhileIsInTime) {
  start();
  auto client = connect();
  client.send(request);
  auto worker = node1.accept();
  ASSERT_FALSE(worker.receive_head().empty());
  time.stop();
  worker.send(ok("in time"));
  time.go_on(std::chrono::minutes{10});
  EXPECT_TRUE(client.receive_message().ends_with("in time"));
}

TEST_F(HeldUp, AConnectThatSucceededMeanwhileIsInTime) {
  HandTomcat full{0};
  settings.workers.front().address.port = full.port();
  balancer().connect_timeout = std::chrono::minutes{5};
  start();
  std::vector<Connection> queue;
  queue.push_back(Connection::to(full.port()));
  auto client = connect();
  client.send(request);
  auto other = connect();  // once it is answered, the request before it is being connected
  other.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(other.receive_message()), "400");
  time.stop();
  Connection worker{-1};
  std::size_t taken = 0;
  // Those who filled the queue, in whatever order their knocks are heard, and at last the proxy.
  while (taken < queue.size() + 1) {
    auto next = full.accept();
    ASSERT_TRUE(next.is_open());
    ++taken;
    const auto is_its = [&next](const auto& one) { return one.own_port() == next.peer_port(); };
    if (std::none_of(queue.begin(), queue.end(), is_its)) worker = std::move(next);
  }
  ASSERT_TRUE(worker.is_open());
  time.go_on(std::chrono::minutes{10});
  EXPECT_FALSE(worker.receive_head().empty());
  worker.send(ok("in time"));
  EXPECT_TRUE(client.receive_message().ends_with("in time"));
}

TEST_F(HeldUp, SilenceIsStill504) {
  start();
  auto client = connect();
  client.send(request);
  auto worker = node1.accept();
  ASSERT_FALSE(worker.receive_head().empty());
  time.stop();
  time.go_on(std::chrono::minutes{10});
  EXPECT_EQ(status_of(client.receive_message()), "504");
}

}  // namespace
}  // namespace jkproxy

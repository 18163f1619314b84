#include <atomic>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <mutex>
#include <set>
#include <vector>

#include "tests/integration/whole_proxy.hpp"

namespace jkproxy {
namespace {

// Three workers, four I/O threads and everything that they share, for many clients at once. What
// the thread sanitizer looks at.
class Threads : public WholeProxy {
 protected:
  Threads() {
    settings.threads = 4;
    settings.access_log.file = file;
    for (const auto& node : nodes) add_worker(node->name, node->tomcat.port());
  }
  ~Threads() override {
    stop();
    std::filesystem::remove(file);
  }

  // Answers with its name, and as msm does with the cookie of the session that it took over.
  struct Node {
    explicit Node(std::string its_name)
        : name{std::move(its_name)}, tomcat{[this](const std::string& head, const std::string&) {
            return answer(head);
          }} {}

    std::string answer(const std::string& head) const {
      if (breaks) return {};
      const auto at = head.find("JSESSIONID=");
      if (at == std::string::npos) return ok(name);
      const auto id = head.substr(at + 11, head.find('.', at) - at - 11);
      return ok(name, "Set-Cookie: JSESSIONID=" + id + "." + name + "; Path=/\r\n");
    }

    const std::string name;
    std::atomic<bool> breaks{false};
    FakeTomcat tomcat;
  };

  static std::string session(int number, const std::string& route = "node1") {
    return "Cookie: JSESSIONID=S" + std::to_string(number) + "." + route + "\r\n";
  }
  static std::string body_of(const std::string& answer) {
    return answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4));
  }
  template <class Body>
  static void in_threads(int count, Body body) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  }

  const std::string file = std::filesystem::temp_directory_path() /
                           ("jkproxy-threads-" + std::to_string(::getpid()) + ".log");
  const std::vector<std::unique_ptr<Node>> nodes = [] {
    std::vector<std::unique_ptr<Node>> made;
    for (const auto* name : {"node1", "node2", "node3"})
      made.push_back(std::make_unique<Node>(name));
    return made;
  }();
};

TEST_F(Threads, AllSendADisplacedSessionToOneWorker) {
  constexpr int sessions = 20;
  start();
  nodes[0]->tomcat.die();
  std::mutex mutex;
  std::vector<std::set<std::string>> went(sessions);
  in_threads(6, [&](int) {
    for (int number = 0; number < sessions; ++number) {
      const auto answer = get(session(number));
      const std::lock_guard lock{mutex};
      EXPECT_EQ(status_of(answer), "200");
      went[static_cast<std::size_t>(number)].insert(body_of(answer));
    }
  });
  for (const auto& workers : went) EXPECT_EQ(workers.size(), 1u) << *workers.begin();
}

TEST_F(Threads, AStormOfFailuresLeavesNothingUnanswered) {
  balancer().recover_time = std::chrono::milliseconds{1};
  balancer().takeover.wait = std::chrono::milliseconds{100};
  start();
  std::atomic<bool> over{false};
  std::jthread weather{[&] {
    for (int turn = 0; !over; ++turn) {
      nodes[static_cast<std::size_t>(turn % 2)]->breaks = turn % 3 == 0;
      boost::asio::post(server->control(), [this] { server->reopen_access_log(); });
      auto status = Connection::to(server->status_port());
      status.send("GET /status.json HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      EXPECT_NE(status.receive_all().find("node3"), std::string::npos);
    }
  }};
  in_threads(6, [&](int thread) {
    const auto& own = nodes[static_cast<std::size_t>(thread % 3)]->name;
    for (int number = 0; number < 60; ++number) {
      const auto fields = number % 4 == 0 ? std::string{} : session(number, own);
      if (number % 7 == 0) connect().send("GET /gone HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
      const auto status = status_of(get(fields, number % 5 == 0 ? "DELETE" : "GET"));
      EXPECT_TRUE(status == "200" || status == "502" || status == "503") << status;
    }
  });
  over = true;
}

TEST_F(Threads, AStopUnderLoadAnswersWhatItTook) {
  start();
  std::atomic<int> served{0};
  std::jthread stopping{[&] {
    while (served < 20) std::this_thread::yield();
    server->begin_stop();
  }};
  in_threads(6, [&](int thread) {
    for (int number = 0; number < 50; ++number) {
      auto client = connect();
      if (!client.is_open() || !client.send("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" +
                                            session(thread, "node2") + "\r\n"))
        return;
      const auto answer = client.receive_all();
      EXPECT_TRUE(answer.empty() || body_of(answer) == "node2") << answer;
      ++served;
    }
  });
  stopping.join();
  control.join();
}

}  // namespace
}  // namespace jkproxy

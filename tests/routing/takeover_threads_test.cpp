#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <map>
#include <mutex>
#include <thread>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

constexpr int threads = 6;
constexpr int rounds = 300;

void run_in_threads(const std::function<void(std::uint32_t)>& body) {
  std::vector<std::thread> running;
  for (std::uint32_t i = 0; i < threads; ++i) running.emplace_back(body, i);
  for (auto& thread : running) thread.join();
}

TEST(TakeoverThreads, EverybodyGetsTheSameWorkerAndExactlyOneGoesFirstPerGeneration) {
  Farm farm{4};
  farm.kill('A');
  const auto now = farm.clock.now();
  const char flipping = Farm::ranked_first("S0", "BCD");
  std::barrier start{threads + 1};
  std::atomic<int> stem{0};
  std::mutex mutex;
  std::map<std::pair<int, std::uint64_t>, std::size_t> to;
  std::map<std::pair<int, std::uint64_t>, int> firsts;
  std::atomic<int> split{0};

  std::thread control{[&] {
    for (int round = 0; round < rounds; ++round) {
      stem = round;
      start.arrive_and_wait();
      auto& worker = farm[flipping];
      for (int i = 0; i < 20; ++i) {
        worker.consult_until.raise(now + std::chrono::hours{1});
        worker.publish(i % 2 == 0 ? WorkerState::error : WorkerState::ok,
                       now + milliseconds{i + 1});
      }
      start.arrive_and_wait();
    }
  }};
  run_in_threads([&](std::uint32_t thread) {
    std::size_t offset = 0;
    for (int round = 0; round < rounds; ++round) {
      start.arrive_and_wait();
      const auto request = farm.request("S" + std::to_string(stem.load()) + ".A", thread);
      for (int i = 0; i < 3; ++i) {
        const auto decision = farm.router.choose_worker(request, now, offset);
        const std::lock_guard lock{mutex};
        const auto [found, inserted] =
            to.emplace(std::pair{round, decision.generation}, decision.member);
        split += found->second == decision.member ? 0 : 1;
        if (decision.first && i == 0) ++firsts[{round, decision.generation}];
      }
      start.arrive_and_wait();
    }
  });
  control.join();
  EXPECT_EQ(split, 0);
  EXPECT_GE(to.size(), static_cast<std::size_t>(rounds));
  for (const auto& [generation, count] : firsts) EXPECT_EQ(count, 1);
}

TEST(TakeoverThreads, EntriesRacingWithTheFirstRefusalEndAtOneWorker) {
  Farm farm{4};
  std::barrier start{threads};
  std::array<std::array<std::size_t, threads>, rounds> went{};
  std::atomic<int> firsts{0};
  run_in_threads([&](std::uint32_t thread) {
    std::size_t offset = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      auto request = farm.request("S" + std::to_string(round) + ".A", thread);
      start.arrive_and_wait();
      auto decision = farm.router.choose_worker(request, farm.clock.now(), offset);
      if (!decision.in_table) Farm::refuse(request, decision);
      if (!decision.in_table)
        decision = farm.router.choose_worker(request, farm.clock.now(), offset);
      firsts += decision.first ? 1 : 0;
      went[round][thread] = decision.member;
    }
  });
  for (const auto& round : went)
    for (const auto member : round) EXPECT_EQ(member, round[0]);
  EXPECT_EQ(firsts, rounds);
}

TEST(TakeoverThreads, ExactlyOneProbes) {
  Farm farm{3};
  std::barrier start{threads};
  std::atomic<int> probes{0};
  run_in_threads([&](std::uint32_t thread) {
    std::size_t offset = thread;
    for (int round = 0; round < rounds; ++round) {
      if (thread == 0) farm['A'].state = WorkerState::recover;
      start.arrive_and_wait();
      const auto id = thread % 2 == 0 ? std::string{} : "S" + std::to_string(thread) + ".A";
      auto request = farm.request(id, thread);
      request.tried = thread % 2 == 0 ? 0b110 : 0;
      const auto decision = farm.router.choose_worker(request, farm.clock.now(), offset);
      probes += decision.reason == Reason::probe ? 1 : 0;
      start.arrive_and_wait();
    }
  });
  EXPECT_EQ(probes, rounds);
}

}  // namespace
}  // namespace jkproxy::routing

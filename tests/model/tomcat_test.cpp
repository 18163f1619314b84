// The simulated Tomcat against what was measured with real ones and memcached-session-manager.

#include "tests/model/tomcat.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "tests/model/world.hpp"

namespace jkproxy::model {
namespace {

class TomcatTest : public testing::Test {
 protected:
  TomcatTest() {
    config::Settings settings;
    config::BalancerSettings balancer;
    for (int node = 0; node < 3; ++node) {
      config::WorkerSettings worker;
      worker.name = worker.route = std::string(1, name_of(node));
      worker.address.host = "127.0.0.1";
      settings.workers.push_back(worker);
      balancer.workers.push_back(worker.name);
      world.tomcats.emplace_back(world, node);
    }
    settings.balancers.push_back(balancer);
    world.proxies.emplace_back(world, 0, settings);
  }

  // Sets out now; its answer is there once `run` was called.
  VisitId send(int node, const SessionId& cookie, Kind kind = Kind::put,
               Duration service = Duration{20'000}) {
    auto& request = world.requests.emplace_back();
    request.id = static_cast<RequestId>(world.requests.size() - 1);
    request.kind = kind;
    request.cookie = cookie;
    request.write = std::uint64_t{1} << world.requests.size();
    request.service = service;
    const auto id = static_cast<VisitId>(world.visits.size());
    auto& visit = world.visits.emplace_back();
    visit.id = id;
    visit.request = request.id;
    visit.node = node;
    visit.process = world.tomcats[static_cast<std::size_t>(node)].process_number();
    world.tomcats[static_cast<std::size_t>(node)].receive(id);
    return id;
  }
  void run(Duration how_long = Duration{1'000'000}) {
    const auto end = world.time.now() + how_long;
    bool over = false;
    world.time.in(how_long, [&over] { over = true; });
    while (!over && world.time.now() <= end && world.time.run_next()) {
    }
  }
  const Answer& serve(int node, const SessionId& cookie, Kind kind = Kind::put) {
    const auto id = send(node, cookie, kind);
    run();
    return world.visits[id].answer;
  }
  SessionId log_on(int node) { return serve(node, {}).set_cookie; }
  int writes_at(int node, const SessionId& cookie) {
    return std::popcount(serve(node, cookie, Kind::read).seen.writes);
  }

  World world{1};
  Tomcat& a() { return world.tomcats[0]; }
};

constexpr int A = 0;
constexpr int B = 1;
constexpr int C = 2;

TEST_F(TomcatTest, TakesTheSessionOfADeadOneAndRewritesTheRoute) {
  const auto cookie = log_on(A);
  a().kill();
  const auto& answer = serve(B, cookie, Kind::read);
  EXPECT_EQ(answer.set_cookie, (SessionId{cookie.stem, B}));
  EXPECT_EQ(std::popcount(answer.seen.writes), 2);
}

TEST_F(TomcatTest, ParallelFirstRequestsEachLoadTheSessionAndOneWriteStays) {
  const auto cookie = log_on(A);
  a().kill();
  for (int i = 0; i < 5; ++i) send(B, cookie);
  run();
  EXPECT_EQ(writes_at(B, {cookie.stem, B}), 3);
}

TEST_F(TomcatTest, AllFiveStayWhenTheFirstWentAlone) {
  const auto cookie = log_on(A);
  a().kill();
  send(B, cookie);
  run();
  for (int i = 0; i < 4; ++i) send(B, cookie);
  run();
  EXPECT_EQ(writes_at(B, {cookie.stem, B}), 7);
}

TEST_F(TomcatTest, ParallelFirstRequestsAfterARestartLoseWritesAsWell) {
  const auto cookie = log_on(A);
  a().kill();
  a().restart();
  for (int i = 0; i < 5; ++i) send(A, cookie);
  run();
  EXPECT_EQ(writes_at(A, cookie), 3);
}

TEST_F(TomcatTest, OldCookieAtASecondFallbackFindsNothing) {
  const auto cookie = log_on(A);
  a().kill();
  serve(B, cookie);
  const auto& answer = serve(C, cookie, Kind::read);
  EXPECT_NE(answer.set_cookie.stem, cookie.stem);
  EXPECT_EQ(std::popcount(answer.seen.writes), 1);
}

TEST_F(TomcatTest, ItsOldCopyIsServedAgainWithoutALookUp) {
  const auto cookie = log_on(A);
  serve(B, cookie);
  EXPECT_EQ(writes_at(A, cookie), 2);
  EXPECT_EQ(writes_at(A, {cookie.stem, B}), 2);
}

TEST_F(TomcatTest, SessionIsGoneWhenTheFallbackDiesInsideItsTakeOver) {
  const auto cookie = log_on(A);
  a().kill();
  send(B, cookie, Kind::put, Duration{500'000});
  run(Duration{200'000});
  world.tomcats[1].kill();
  EXPECT_EQ(writes_at(C, cookie), 1);
}

TEST_F(TomcatTest, MissIsRememberedForHalfASecond) {
  const auto cookie = log_on(A);
  const auto content = world.store.find_present(cookie)->content;
  a().kill();
  world.store.remove(cookie, {});
  send(B, cookie, Kind::read);
  run(Duration{100'000});
  world.store.set(cookie, content, {});
  const auto early = send(B, cookie, Kind::read);
  run(Duration{600'000});
  EXPECT_NE(world.visits[early].answer.seen.session, content.session);
  EXPECT_EQ(serve(B, cookie, Kind::read).seen.session, content.session);
}

TEST_F(TomcatTest, ThawedOneRunsWhatWaitedAndStoresItsOldKeyAgain) {
  const auto cookie = log_on(A);
  send(A, cookie);
  a().freeze();
  run();
  serve(B, cookie);
  EXPECT_EQ(world.store.find_present(cookie), nullptr);
  a().thaw();
  run();
  EXPECT_NE(world.store.find_present(cookie), nullptr);
}

TEST_F(TomcatTest, LogInGivesANewStemAndLogOutEndsTheSession) {
  const auto first = log_on(A);
  const auto second = serve(A, first, Kind::login).set_cookie;
  EXPECT_NE(second.stem, first.stem);
  EXPECT_EQ(writes_at(A, second), 3);
  serve(A, second, Kind::logout);
  EXPECT_EQ(writes_at(A, second), 1);
}

TEST_F(TomcatTest, StaticFileTakesNothingOver) {
  const auto cookie = log_on(A);
  a().kill();
  EXPECT_TRUE(serve(B, cookie, Kind::static_file).set_cookie.empty());
  EXPECT_NE(world.store.find_present(cookie), nullptr);
}

}  // namespace
}  // namespace jkproxy::model

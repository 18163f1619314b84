// A worker that came back as another process: the first request of each of its sessions goes alone.

#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

using Verdict = Decision::Verdict;

class RestartedWorker : public testing::Test {
 protected:
  void restart_a() {
    farm.kill('A');
    farm.restart('A');
  }
  Decision choose(std::uint32_t waiter, const std::string& id = "5F-n1.A") {
    return farm.choose(id, waiter);
  }

  Farm farm{3};
};

TEST_F(RestartedWorker, IsOfANewGenerationOnceItComesBack) {
  EXPECT_EQ(farm['A'].generation.load(), 0u);
  farm.kill('A');
  EXPECT_EQ(farm['A'].generation.load(), 0u);
  farm.restart('A');
  EXPECT_EQ(farm['A'].generation.load(), 1u);
  restart_a();
  EXPECT_EQ(farm['A'].generation.load(), 2u);
}

TEST_F(RestartedWorker, IsOfTheOldGenerationAfterAStall) {
  farm.freeze('A');
  farm.restart('A');
  EXPECT_EQ(farm['A'].generation.load(), 0u);
  EXPECT_FALSE(choose(1).in_table);
}

TEST_F(RestartedWorker, GetsTheFirstRequestOfEachSessionAlone) {
  restart_a();
  const auto first = choose(1);
  EXPECT_EQ(first.verdict, Verdict::go);
  EXPECT_EQ(Farm::name_of(first), 'A');
  EXPECT_EQ(first.reason, Reason::own_worker);
  EXPECT_TRUE(first.first);
  EXPECT_EQ(choose(2).verdict, Verdict::wait);
  EXPECT_TRUE(choose(3, "6F-n1.A").first) << "another session does not wait";

  farm.dispatch(first);
  const auto woken = farm.answer(farm.request("5F-n1.A", 1), first, Leave::settled);
  ASSERT_EQ(woken.size(), 1u);
  EXPECT_EQ(woken.front().slot, 2u);
  for (const std::uint32_t waiter : {2u, 4u}) {
    const auto next = choose(waiter);
    EXPECT_EQ(next.verdict, Verdict::go);
    EXPECT_FALSE(next.first);
    EXPECT_EQ(Farm::name_of(next), 'A');
  }
}

// Whoever is first at the gate of a process that has ended calls nobody any more.
TEST_F(RestartedWorker, IsAskedByTheNewestCookieWhichAnOlderOneCalls) {
  farm.kill('A');
  const char to = farm.serve("5F-n1.A");
  const std::string newest{std::string{"5F-n1."} + to};
  const auto restart = [&] {
    farm.kill(to);
    farm.restart(to);
  };
  restart();
  const auto first = choose(1, newest);
  EXPECT_TRUE(first.first);
  EXPECT_EQ(choose(2, newest).verdict, Verdict::wait);
  restart();
  const auto late = choose(3);
  EXPECT_EQ(late.verdict, Verdict::wait);
  ASSERT_TRUE(late.called);
  EXPECT_EQ(late.called->slot, 2u);
  EXPECT_TRUE(
      farm.table.leave(first.key, farm.request(newest, 1).waiter, Leave::failed, farm.clock.now())
          .empty());
  const auto called = choose(2, newest);
  EXPECT_TRUE(called.first);
  const auto woken = farm.answer(farm.request(newest, 2), called, Leave::answered);
  ASSERT_EQ(woken.size(), 1u);
  EXPECT_EQ(woken.front().slot, 3u);
}

TEST_F(RestartedWorker, KeepsTheGateClosedWhenTheFirstLeavesWithoutProof) {
  restart_a();
  const auto first = choose(1);
  farm.dispatch(first);
  farm.answer(farm.request("5F-n1.A", 1), first, Leave::not_proven);
  EXPECT_TRUE(choose(2).first) << "a static file proves nothing, though nobody waited";
}

TEST_F(RestartedWorker, IsAskedOnceForEachOfItsGenerations) {
  restart_a();
  farm.serve("5F-n1.A", 1);
  EXPECT_FALSE(choose(2).first);
  restart_a();
  EXPECT_TRUE(choose(3).first);
}

TEST_F(RestartedWorker, KeepsSessionsThatMovedToItBefore) {
  farm.kill('B');
  const char to = farm.serve("5F-n1.B", 1);
  farm.restart('B');
  farm.kill(to);
  farm.restart(to);
  const std::string moved = std::string("5F-n1.") + to;
  const auto first = choose(2, moved);
  EXPECT_TRUE(first.first);
  EXPECT_EQ(Farm::name_of(first), to);
  farm.dispatch(first);
  farm.answer(farm.request(moved, 2), first, Leave::settled);
  // The old cookie follows to where the session is now.
  const auto old = choose(3, "5F-n1.B");
  EXPECT_EQ(Farm::name_of(old), to);
  EXPECT_EQ(old.verdict, Verdict::go);
}

// The connection that was made for it may go to the new process, where it would go ungated.
TEST_F(RestartedWorker, IsChosenAgainByWhoChoseItBefore) {
  const auto request = farm.request("5F-n1.A", 1);
  const auto own = farm.choose(request);
  EXPECT_FALSE(own.in_table);
  EXPECT_TRUE(farm.holds(request, own));
  restart_a();
  EXPECT_FALSE(farm.holds(request, own));
  EXPECT_TRUE(farm.choose(request).first);

  farm.kill('A');
  const auto moving = farm.choose(request);
  const char to = Farm::name_of(moving);
  farm.kill(to);
  farm.restart(to);
  EXPECT_FALSE(farm.holds(request, moving));
  const auto again = farm.choose(request);
  EXPECT_TRUE(farm.holds(request, again));
  farm.dispatch(again);
  EXPECT_EQ(choose(2).verdict, Verdict::wait) << "no new gate beside the first";
}

// It lives, and the only other one is in error: the session stays, in a process that has not
// loaded it.
TEST_F(RestartedWorker, GetsTheFirstAloneWhereASessionStaysThoughItIsStopped) {
  restart_a();
  farm.freeze('B');
  farm.freeze('C');
  farm.stop('A');
  EXPECT_TRUE(choose(1).first);
  EXPECT_EQ(choose(2).verdict, Verdict::wait);
}

TEST_F(RestartedWorker, StaysBehindTheGateWhenItIsStoppedAndInUse) {
  farm.kill('B');
  farm.stop('C');
  farm.serve("5F-n1.B", 1);
  farm.restart('B');
  restart_a();
  farm.stop('A');
  EXPECT_EQ(choose(2).verdict, Verdict::leave);
  auto staying = farm.request("5F-n1.A", 2);
  staying.stays = true;
  EXPECT_TRUE(farm.choose(staying).first) << "the session is not loaded there";
  EXPECT_EQ(choose(3).verdict, Verdict::wait);
}

TEST_F(RestartedWorker, LosesItsSessionsWhenItDiesAgain) {
  restart_a();
  farm.serve("5F-n1.A", 1);
  farm.kill('A');
  const auto moved = choose(2);
  EXPECT_TRUE(moved.displaced_now);
  EXPECT_NE(Farm::name_of(moved), 'A');
}

TEST_F(RestartedWorker, GetsTheFirstAloneThoughItIsInErrorStillAsAllAre) {
  farm.kill('A');
  farm.stop('B');
  farm.stop('C');
  const auto first = choose(1);
  EXPECT_EQ(first.reason, Reason::forced_recovery);
  EXPECT_EQ(Farm::name_of(first), 'A');
  EXPECT_TRUE(first.first);
  EXPECT_EQ(choose(2).verdict, Verdict::wait);
  farm.dispatch(first);
  farm.answer(farm.request("5F-n1.A", 1), first, Leave::settled);
  farm.restart('A');
  EXPECT_FALSE(choose(2).first) << "one load is enough";
  EXPECT_EQ(choose(2).verdict, Verdict::go);
}

TEST_F(RestartedWorker, LetsTheFirstGoElsewhereWhenItDiesUnderIt) {
  restart_a();
  auto request = farm.request("5F-n1.A", 1);
  const auto first = farm.choose(request);
  EXPECT_EQ(choose(2).verdict, Verdict::wait);
  farm.kill('A');
  Farm::refuse(request, first);
  const auto second = farm.choose(request);
  EXPECT_TRUE(second.first);
  EXPECT_NE(Farm::name_of(second), 'A');
  EXPECT_EQ(choose(2).verdict, Verdict::wait) << "still behind it, now elsewhere";
}

}  // namespace
}  // namespace jkproxy::routing

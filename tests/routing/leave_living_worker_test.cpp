// A session leaves a living worker only between its requests.

#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

using Verdict = Decision::Verdict;

class LeaveLivingWorker : public testing::Test {
 protected:
  Decision choose(std::uint32_t waiter, bool quiet = false, bool stays = false) {
    auto request = farm.request("5F-n1.A", waiter);
    request.quiet = quiet;
    request.stays = stays;
    return farm.choose(request);
  }

  Farm farm{3};
};

TEST_F(LeaveLivingWorker, WaitsUntilNobodyUsesTheSession) {
  farm.stop('A');
  const auto first = choose(1);
  EXPECT_EQ(first.verdict, Verdict::leave);
  EXPECT_EQ(Farm::name_of(first), 'A');
  EXPECT_EQ(choose(2).verdict, Verdict::wait) << "the others wait for it";

  const auto moved = choose(1, true);
  EXPECT_EQ(moved.verdict, Verdict::go);
  EXPECT_TRUE(moved.first);
  EXPECT_TRUE(moved.displaced_now);
  EXPECT_NE(Farm::name_of(moved), 'A');
  EXPECT_EQ(choose(2).verdict, Verdict::wait);
  farm.dispatch(moved);
  EXPECT_EQ(farm.answer(farm.request("5F-n1.A", 1), moved, Leave::settled).size(), 1u);
  EXPECT_EQ(Farm::name_of(choose(2)), Farm::name_of(moved));
}

TEST_F(LeaveLivingWorker, StaysForATimeWhereItIsInUse) {
  farm.stop('A');
  choose(1);
  const auto stays = choose(1, false, true);
  EXPECT_EQ(stays.verdict, Verdict::go);
  EXPECT_EQ(Farm::name_of(stays), 'A');
  EXPECT_EQ(stays.reason, Reason::own_worker);
  farm.clock.turn(milliseconds{9'000});
  EXPECT_EQ(choose(2).verdict, Verdict::go) << "without another wait";
  farm.clock.turn(milliseconds{1'001});
  EXPECT_EQ(choose(3).verdict, Verdict::leave);
}

TEST_F(LeaveLivingWorker, GoesOnWithTheNextWhenTheFirstLeaves) {
  farm.stop('A');
  const auto first = choose(1);
  choose(2);
  const auto woken = farm.answer(farm.request("5F-n1.A", 1), first, Leave::failed);
  ASSERT_EQ(woken.size(), 1u);
  EXPECT_EQ(choose(2).verdict, Verdict::leave);
}

TEST_F(LeaveLivingWorker, MovesAtOnceWhenTheWorkerIsDead) {
  farm.stop('A');
  farm.kill('A');
  const auto moved = choose(1);
  EXPECT_EQ(moved.verdict, Verdict::go);
  EXPECT_TRUE(moved.displaced_now);
}

TEST_F(LeaveLivingWorker, MovesAtOnceWhenItDiesMeanwhile) {
  farm.stop('A');
  choose(1);
  farm.kill('A');
  EXPECT_TRUE(choose(2).displaced_now) << "whoever asks next";
}

TEST_F(LeaveLivingWorker, ComesBackWhenItIsNoLongerStopped) {
  farm.stop('A');
  choose(1);
  farm['A'].activation.store(Activation::active);
  const auto back = choose(1);
  EXPECT_EQ(back.verdict, Verdict::go);
  EXPECT_EQ(Farm::name_of(back), 'A');
}

TEST_F(LeaveLivingWorker, WaitsAsWellWhenItBreaksTheSessionsRequests) {
  auto request = farm.request("5F-n1.A", 1);
  EXPECT_FALSE(farm.choose(request).in_table);
  request.tried = 1;
  const auto leaving = farm.choose(request);
  EXPECT_EQ(leaving.verdict, Verdict::leave);
  EXPECT_EQ(Farm::name_of(leaving), 'A');
  EXPECT_EQ(choose(2).verdict, Verdict::wait) << "an active worker's other requests, too";
  request.quiet = true;
  const auto moved = farm.choose(request);
  EXPECT_EQ(moved.verdict, Verdict::go);
  EXPECT_NE(Farm::name_of(moved), 'A');
}

TEST_F(LeaveLivingWorker, IsLeftByAFallbacksSessionToo) {
  farm.kill('A');
  const char to = farm.serve("5F-n1.A", 1);
  farm.stop(to);
  const auto old_cookie = choose(2);
  EXPECT_EQ(old_cookie.verdict, Verdict::go) << "with it nobody else finds the session";
  EXPECT_EQ(Farm::name_of(old_cookie), to);
  const auto new_cookie = farm.choose(std::string("5F-n1.") + to, 3);
  EXPECT_EQ(new_cookie.verdict, Verdict::leave);
  EXPECT_EQ(choose(2).verdict, Verdict::wait);
}

// With the cookie of A nobody but the fallback finds the session, if its take-over has begun.
TEST_F(LeaveLivingWorker, StaysBehindTheGateWhileItsTakeOverIsNotProven) {
  farm.kill('A');
  const auto first = choose(1);
  farm.dispatch(first);
  farm.stop(Farm::name_of(first));
  EXPECT_EQ(choose(2).verdict, Verdict::wait);
  farm.answer(farm.request("5F-n1.A", 1), first, Leave::failed);
  const auto stays = choose(2);
  EXPECT_EQ(stays.verdict, Verdict::go);
  EXPECT_TRUE(stays.first);
  EXPECT_EQ(Farm::name_of(stays), Farm::name_of(first));
  EXPECT_EQ(choose(3).verdict, Verdict::wait);
}

TEST_F(LeaveLivingWorker, StaysThereRatherThanGoToOneInError) {
  farm.stop('A');
  farm.kill('B');
  farm.kill('C');
  const auto stays = choose(1);
  EXPECT_EQ(stays.verdict, Verdict::go);
  EXPECT_EQ(Farm::name_of(stays), 'A');
}

// All are in error, and one of them is at work on the session all the same.
TEST_F(LeaveLivingWorker, WaitsWhereARequestWasSentSinceTheError) {
  for (const char name : {'A', 'B', 'C'}) farm.kill(name);
  auto request = farm.request("5F-n1.A", 1);
  const auto own = farm.choose(request);
  Farm::refuse(request, own);
  const auto first = farm.choose(request);
  farm.clock.turn(milliseconds{1});
  farm.dispatch(first);
  farm.stop(Farm::name_of(first));
  const auto next = choose(2);
  EXPECT_EQ(next.verdict, Verdict::wait);
  EXPECT_EQ(Farm::name_of(next), Farm::name_of(first));
}

// It refused before it came back, and has served the session since: its copy is no older one's.
TEST_F(LeaveLivingWorker, HoldsAnOldCopyOfWhatItServedWhileItWasStillInError) {
  farm.kill('A');
  farm.stop('B');
  farm.stop('C');
  const auto first = choose(1);
  farm.clock.turn(milliseconds{1});
  farm.dispatch(first);
  farm.answer(farm.request("5F-n1.A", 1), first, Leave::answered);
  farm['B'].activation.store(Activation::active);
  farm.stop('A');
  EXPECT_EQ(choose(2).verdict, Verdict::leave) << "it lives, though nobody has published that yet";
  const char to = Farm::name_of(choose(2, true));
  EXPECT_EQ(to, 'B');
  farm['A'].activation.store(Activation::active);
  farm.restart('A');
  farm.kill('B');
  EXPECT_TRUE(choose(3).may_hold_old_copy);
}

// The answer comes before the control thread has published that it is back.
TEST(AnsweredInError, KeepsTheSessionsThatWereSentToItSince) {
  Farm farm{3};
  farm.kill('A');
  const char to = farm.serve("5F-n1.A", 1);
  const char other = to == 'B' ? 'C' : 'B';
  farm.freeze(to);
  farm.freeze(other);
  EXPECT_EQ(farm.serve("5F-n1.A", 2), to);
  farm.restart(other);
  EXPECT_EQ(Farm::name_of(farm.choose("5F-n1.A", 3)), to);
  EXPECT_EQ(Farm::name_of(farm.choose(std::string("5F-n1.") + to, 4)), to);
}

// Connects timed out, while the request of a kept-alive connection was at work there.
TEST(AnsweredInError, KeepsTheSessionThatItAnsweredSince) {
  Farm farm{3};
  farm.kill('A');
  const auto first = farm.request("5F-n1.A", 1);
  const auto sent = farm.choose(first);
  farm.dispatch(sent);
  farm.freeze(Farm::name_of(sent));
  farm.answer(first, sent, Leave::settled);
  EXPECT_EQ(Farm::name_of(farm.choose("5F-n1.A", 2)), Farm::name_of(sent));
}

TEST(HasLeft, IsTrueThoughTheSessionCameBackMeanwhile) {
  Farm farm{3};
  farm.kill('A');
  const auto slow = farm.request("5F-n1.A", 1);
  const auto sent = farm.choose(slow);
  farm.dispatch(sent);
  const char to = Farm::name_of(sent);
  const char other = to == 'B' ? 'C' : 'B';
  farm.freeze(to);
  EXPECT_EQ(farm.serve("5F-n1.A", 2), other);
  farm.restart(to);
  farm.freeze(other);
  EXPECT_EQ(farm.serve("5F-n1.A", 3), to);
  EXPECT_TRUE(farm.has_left(slow, sent));
}

TEST(HasLeft, IsTrueForWhatWasSentWithoutTheTableBeforeTheSessionCameBack) {
  Farm farm{2};
  const auto slow = farm.request("5F-n1.A", 1);
  const auto sent = farm.choose(slow);
  EXPECT_FALSE(sent.in_table);
  const auto begun = farm.clock.now();
  farm.freeze('A');
  EXPECT_EQ(farm.serve("5F-n1.A", 2), 'B');
  farm.restart('A');
  farm.kill('B');
  EXPECT_EQ(farm.serve("5F-n1.A", 3), 'A');
  EXPECT_TRUE(farm.router.has_left(slow, sent, begun, farm.clock.now()));
  EXPECT_FALSE(farm.has_left(slow, sent)) << "what begins now is in time";
}

// It gave the worker up, which is back meanwhile, and the session with it.
TEST(TriedWorker, IsGoneToAgainWhenTheSessionCameBackToItSince) {
  Farm farm{2};
  auto slow = farm.request("5F-n1.A", 1);
  const auto sent = farm.choose(slow);
  farm.kill('A');
  Farm::refuse(slow, sent);
  slow.own_tried_at = farm.clock.now();
  EXPECT_EQ(farm.serve("5F-n1.A", 2), 'B');
  farm.restart('A');
  farm.kill('B');
  EXPECT_EQ(farm.serve("5F-n1.A", 3), 'A');
  const auto again = farm.choose(slow);
  EXPECT_EQ(again.verdict, Verdict::go);
  EXPECT_EQ(Farm::name_of(again), 'A');
}

TEST(HasLeft, IsTrueForAnAnswerOfTheWorkerThatASessionWasDisplacedFrom) {
  Farm farm{3};
  const auto slow = farm.request("5F-n1.A", 1);
  const auto sent = farm.choose(slow);
  EXPECT_FALSE(farm.has_left(slow, sent));
  farm.freeze('A');
  EXPECT_FALSE(farm.has_left(slow, sent)) << "it may answer yet";
  farm.serve("5F-n1.A", 2);
  EXPECT_TRUE(farm.has_left(slow, sent));
  farm.restart('A');
  EXPECT_TRUE(farm.has_left(slow, sent));
  EXPECT_FALSE(farm.has_left(farm.request("6F-n1.A", 3), sent));
}

}  // namespace
}  // namespace jkproxy::routing

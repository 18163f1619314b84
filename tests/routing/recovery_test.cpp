#include "routing/choose_worker.hpp"

#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

using Verdict = Decision::Verdict;

TEST(Recovery, AllInErrorTriesTheOwnWorkerFirstAndMovesOnlyOnRefusal) {
  Farm farm{3};
  for (const char name : {'A', 'B', 'C'}) farm.kill(name);
  auto request = farm.request("5F.A");
  const auto own = farm.choose(request);
  EXPECT_EQ(own.reason, Reason::forced_recovery);
  EXPECT_EQ(Farm::name_of(own), 'A');
  EXPECT_TRUE(own.first) << "its process has ended";
  EXPECT_TRUE(farm.holds(request, own));
  Farm::refuse(request, own);
  const auto next = farm.choose(request);
  EXPECT_EQ(next.reason, Reason::forced_recovery);
  EXPECT_EQ(Farm::name_of(next), Farm::ranked_first("5F", "BC"));
  EXPECT_TRUE(next.first);
  Farm::refuse(request, next);
  const auto last = farm.choose(request);
  EXPECT_EQ(last.verdict, Verdict::go);
  EXPECT_NE(last.member, next.member);
  Farm::refuse(request, last);
  EXPECT_EQ(farm.choose(request).verdict, Verdict::unavailable);
}

TEST(Recovery, PinnedWorkerIsTriedFirstWhenAllAreInErrorAndItsGateClosesAgain) {
  Farm farm{2};
  farm.kill('A');
  EXPECT_EQ(farm.serve("5F.A"), 'B');
  EXPECT_FALSE(farm.choose("5F.A", 2).first);
  farm.freeze('B');
  const auto forced = farm.choose("5F.A", 3);
  EXPECT_EQ(Farm::name_of(forced), 'B');
  EXPECT_EQ(forced.reason, Reason::forced_recovery);
  EXPECT_TRUE(forced.first);
  EXPECT_EQ(farm.choose("5F.A", 4).verdict, Verdict::wait);
}

TEST(Recovery, ErrorPublishedBeforeTheNewestDispatchDoesNotCount) {
  Farm farm{3};
  farm.kill('A');
  const char to = farm.serve("5F.A");
  const char other = to == 'B' ? 'C' : 'B';
  farm.freeze(other);
  farm.freeze(to);
  const auto forced = farm.choose("5F.A", 2);
  EXPECT_EQ(Farm::name_of(forced), to);
  farm.clock.turn(milliseconds{1});
  farm.dispatch(forced);
  farm.restart(other);
  EXPECT_EQ(farm.choose("5F.A", 3).member, forced.member);
  farm.freeze(to);  // found dead once more
  EXPECT_EQ(Farm::name_of(farm.choose("5F.A", 4)), other);
}

TEST(Recovery, RecoverAfterTheDispatchIsNoLaterError) {
  Farm farm{3};
  farm.kill('A');
  const char to = farm.serve("5F.A");
  farm.freeze('B');
  farm.freeze('C');
  const auto forced = farm.choose("5F.A", 2);
  farm.clock.turn(milliseconds{1});
  farm.dispatch(forced);
  farm.set(to, WorkerState::recover);
  farm.restart(to == 'B' ? 'C' : 'B');
  EXPECT_EQ(Farm::name_of(farm.choose("5F.A", 2)), to);
}

TEST(Recovery, ExactlyOneOfManyProbesARecoveringWorker) {
  Farm farm{3};
  farm.kill('A');
  farm.set('A', WorkerState::recover);
  int probes = 0;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto own = farm.choose("S" + std::to_string(i) + ".A", i);
    probes += own.reason == Reason::probe ? 1 : 0;
    EXPECT_EQ(own.reason == Reason::probe, Farm::name_of(own) == 'A');
  }
  EXPECT_EQ(probes, 1);
  EXPECT_EQ(farm['A'].state, WorkerState::probe);
  farm.set('A', WorkerState::recover);
  probes = 0;
  for (int i = 0; i < 20; ++i) probes += farm.choose("").reason == Reason::probe ? 1 : 0;
  EXPECT_EQ(probes, 1);
}

TEST(Recovery, DisplacedSessionDoesNotProbeItsOldWorker) {
  Farm farm{2};
  farm.kill('A');
  EXPECT_EQ(farm.serve("5F.A"), 'B');
  farm.set('A', WorkerState::recover);
  EXPECT_EQ(farm.serve("5F.A", 2), 'B');
  EXPECT_EQ(farm['A'].state, WorkerState::recover);
}

TEST(Recovery, NewSessionsAreForcedOnWorkersInErrorWhenAllAre) {
  Farm farm{2};
  farm.kill('A');
  farm.kill('B');
  farm.stop('A');
  auto request = farm.request("");
  const auto decision = farm.choose(request);
  EXPECT_EQ(decision.reason, Reason::forced_recovery);
  EXPECT_EQ(Farm::name_of(decision), 'B');
  Farm::refuse(request, decision);
  EXPECT_EQ(farm.choose(request).verdict, Verdict::unavailable);
}

}  // namespace
}  // namespace jkproxy::routing

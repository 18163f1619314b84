#include "routing/choose_worker.hpp"

#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

using Verdict = Decision::Verdict;
using std::chrono::minutes;

// A stem whose best fallback among `routes` is `wanted`.
std::string stem_for(char wanted, const std::string& routes) {
  for (int i = 0;; ++i) {
    const auto stem = "S" + std::to_string(i);
    if (Farm::ranked_first(stem, routes) == wanted) return stem;
  }
}

TEST(ChooseWorker, HealthyFarmFollowsTheRouteAndAsksNoTable) {
  Farm farm{3};
  const auto decision = farm.choose("5F-n1.B");
  EXPECT_EQ(decision.verdict, Verdict::go);
  EXPECT_EQ(decision.reason, Reason::own_worker);
  EXPECT_EQ(Farm::name_of(decision), 'B');
  EXPECT_TRUE(decision.has_session);
  EXPECT_EQ(decision.table, nullptr);
  EXPECT_TRUE(farm.holds(farm.request("5F-n1.B"), decision));
}

TEST(ChooseWorker, IdsWithoutRouteOrStemAreBalancedWithoutATable) {
  Farm farm{2};
  for (const auto* id : {"", "5F", "5F-n1", ".A", "-n1.A", "5F."}) {
    const auto decision = farm.choose(id);
    EXPECT_EQ(decision.verdict, Verdict::go) << id;
    EXPECT_EQ(decision.reason, Reason::new_session) << id;
    EXPECT_FALSE(decision.in_table) << id;
  }
  EXPECT_EQ(farm.table.counts().provisional, 0u);
}

TEST(ChooseWorker, DisabledWorkerKeepsItsSessionsAndTakesNoNewOnes) {
  Farm farm{2};
  farm['A'].activation = Activation::disabled;
  EXPECT_EQ(farm.serve("5F.A"), 'A');
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Farm::name_of(farm.choose("")), 'B');
  farm.kill('B');
  EXPECT_EQ(Farm::name_of(farm.choose("5F.B")), 'B');  // its own, though in error: nobody else
}

TEST(ChooseWorker, BusyWorkerKeepsItsSessions) {
  Farm farm{2};
  farm.set('A', WorkerState::busy);
  EXPECT_EQ(farm.choose("5F.A").reason, Reason::own_worker);
  farm.set('B', WorkerState::error);
  EXPECT_EQ(Farm::name_of(farm.choose("")), 'A');
}

TEST(ChooseWorker, DeadWorkersSessionGoesToTheFirstInRankAndStaysThere) {
  Farm farm{4};
  farm.kill('A');
  const auto decision = farm.choose("5F-n1.A");
  EXPECT_EQ(decision.verdict, Verdict::go);
  EXPECT_EQ(decision.reason, Reason::displaced);
  EXPECT_TRUE(decision.first);
  EXPECT_TRUE(decision.displaced_now);
  EXPECT_EQ(Farm::name_of(decision), Farm::ranked_first("5F", "BCD"));
  farm.answer(farm.request("5F-n1.A"), decision, Leave::settled);
  const auto later = farm.choose("5F-n1.A", 2);
  EXPECT_EQ(later.reason, Reason::taken_over);
  EXPECT_EQ(later.member, decision.member);
  EXPECT_FALSE(later.first);
}

TEST(ChooseWorker, UnknownRouteIsTreatedAsDisplaced) {
  Farm farm{3};
  const auto decision = farm.choose("5F.gone");
  EXPECT_EQ(decision.reason, Reason::unknown_route);
  EXPECT_TRUE(decision.first);
  EXPECT_EQ(Farm::name_of(decision), Farm::ranked_first("5F", "ABC"));
  farm.answer(farm.request("5F.gone"), decision, Leave::settled);
  EXPECT_EQ(farm.choose("5F.gone", 2).member, decision.member);
}

TEST(ChooseWorker, ForceRefusesRatherThanMoves) {
  Farm farm{2};
  farm.settings.balancers[0].sticky_session.force = true;
  farm.build();
  EXPECT_EQ(farm.serve("5F.A"), 'A');
  farm.kill('A');
  EXPECT_EQ(farm.choose("5F.A").verdict, Verdict::unavailable);
  EXPECT_EQ(farm.choose("5F.gone").verdict, Verdict::unavailable);
  EXPECT_EQ(farm.choose("").verdict, Verdict::go);
  farm.kill('B');
  EXPECT_EQ(farm.choose("5F.A").reason, Reason::forced_recovery);
}

TEST(ChooseWorker, StoppedWorkerLosesItsSessionsAndIsNeverTried) {
  Farm farm{2};
  farm.stop('A');
  EXPECT_EQ(farm.serve("5F.A"), 'B');
  Farm alone{1};
  alone.stop('A');
  EXPECT_EQ(alone.choose("5F.A").verdict, Verdict::unavailable);
  EXPECT_EQ(alone.choose("").verdict, Verdict::unavailable);
  alone.kill('A');
  EXPECT_EQ(alone.choose("5F.A").verdict, Verdict::unavailable);
}

TEST(ChooseWorker, RedirectComesBeforeDomainBeforeRank) {
  Farm farm{4};
  farm.settings.workers[0].redirect = "B";
  farm.settings.workers[0].domain = farm.settings.workers[2].domain = "x";
  farm.build();
  const auto stem = stem_for('D', "BCD");
  farm.kill('A');
  EXPECT_EQ(farm.serve(stem + "1.A"), 'B');
  farm.kill('B');
  EXPECT_EQ(farm.serve(stem + "2.A"), 'C');
  farm.kill('C');
  EXPECT_EQ(farm.serve(stem + "3.A"), 'D');
}

TEST(ChooseWorker, WhoWasThereBeforeComesBeforeWhoCameBackLater) {
  Farm farm{3};
  const auto stem = stem_for('B', "BC");
  farm.kill('B');
  farm.kill('A');
  farm.restart('B');
  EXPECT_EQ(farm.serve(stem + ".A"), 'C');
}

TEST(ChooseWorker, CookieOfTheDeadWorkerStillGoesToItsFallbackWhenItIsBack) {
  Farm farm{2};
  farm.kill('A');
  EXPECT_EQ(farm.serve("5F.A"), 'B');
  farm.restart('A');
  EXPECT_EQ(farm.serve("5F.A", 2), 'B');
  EXPECT_EQ(farm.serve("5F.B", 3), 'B');
  EXPECT_EQ(farm.serve("60.A", 4), 'A');  // no entry: its own
  farm.clock.turn(minutes{31});
  EXPECT_EQ(farm.serve("5F.A", 5), 'A');  // lapsed
}

TEST(ChooseWorker, UseRenewsATakeover) {
  Farm farm{2};
  farm.kill('A');
  EXPECT_EQ(farm.serve("5F.A"), 'B');
  farm.restart('A');
  for (int i = 0; i < 5; ++i) {
    farm.clock.turn(minutes{20});
    EXPECT_EQ(farm.serve("5F.A", 2), 'B');
  }
}

TEST(ChooseWorker, TwoFailoversInARow) {
  Farm farm{3};
  farm.kill('A');
  const char second = farm.serve("5F.A");
  const char third = second == 'B' ? 'C' : 'B';
  farm.kill(second);
  EXPECT_EQ(farm.serve(std::string{"5F."} + second, 2), third);
  EXPECT_EQ(farm.serve("5F.A", 3), third);
  farm.restart('A');
  farm.restart(second);
  EXPECT_EQ(farm.serve("5F.A", 4), third);
  EXPECT_EQ(farm.serve(std::string{"5F."} + second, 5), third);
  EXPECT_EQ(farm.serve(std::string{"5F."} + third, 6), third);
}

TEST(ChooseWorker, WorkerThatMayHoldAnOldCopyComesLast) {
  Farm farm{3};
  const auto stem = stem_for('B', "BC");
  farm.freeze('A');
  EXPECT_EQ(farm.serve(stem + ".A"), 'B');
  farm.restart('A');  // it thawed: its copy is old
  farm.kill('B');
  const auto decision = farm.choose(stem + ".B");
  EXPECT_EQ(Farm::name_of(decision), 'C');
  EXPECT_FALSE(decision.may_hold_old_copy);
}

TEST(ChooseWorker, WorkerWithAnOldCopyServesWithAWarningWhenItIsTheOnlyOne) {
  Farm farm{2};
  farm.freeze('A');
  EXPECT_EQ(farm.serve("5F.A"), 'B');
  farm.restart('A');
  farm.kill('B');
  const auto decision = farm.choose("5F.B");
  EXPECT_EQ(Farm::name_of(decision), 'A');
  EXPECT_TRUE(decision.may_hold_old_copy);
}

TEST(ChooseWorker, WorkerThatRefusedAConnectionSinceHoldsNoOldCopy) {
  Farm farm{2};
  farm.kill('A');
  EXPECT_EQ(farm.serve("5F.A"), 'B');
  farm.restart('A');
  farm.kill('B');
  const auto decision = farm.choose("5F.B");
  EXPECT_EQ(Farm::name_of(decision), 'A');
  EXPECT_FALSE(decision.may_hold_old_copy);
}

TEST(ChooseWorker, StoppedLivingWorkerKeepsASessionRatherThanGiveItToAnOldCopy) {
  Farm farm{2};
  farm.freeze('A');
  EXPECT_EQ(farm.serve("5F.A"), 'B');
  farm.restart('A');
  farm.stop('B');
  EXPECT_EQ(farm.serve("5F.A", 2), 'B');
  EXPECT_EQ(farm.serve("5F.B", 3), 'B');
  EXPECT_EQ(farm.serve("60.B", 4), 'A');  // no old copy of this one
}

TEST(ChooseWorker, RefusedConnectionDisplacesBeforeAnyStateIsPublished) {
  Farm farm{3};
  auto request = farm.request("5F.A");
  const auto own = farm.choose(request);
  EXPECT_EQ(own.reason, Reason::own_worker);
  Farm::refuse(request, own);
  const auto decision = farm.choose(request);
  EXPECT_EQ(decision.reason, Reason::displaced);
  EXPECT_TRUE(decision.first);
  EXPECT_NE(Farm::name_of(decision), 'A');
  // Another request that chose the own worker before finds out before it writes.
  EXPECT_FALSE(farm.holds(farm.request("5F.A", 2), own));
  EXPECT_EQ(farm.choose("5F.A", 2).verdict, Verdict::wait);
  // Sessions that were not displaced go on, whatever consult_until says.
  const auto other = farm.choose("60.A", 3);
  EXPECT_EQ(other.reason, Reason::own_worker);
  EXPECT_TRUE(farm.holds(farm.request("60.A", 3), other));
}

TEST(ChooseWorker, FallbackThatRefusesJoinsFromAndTheNextOneIsPinned) {
  Farm farm{3};
  farm.kill('A');
  auto request = farm.request("5F.A");
  const auto one = farm.choose(request);
  Farm::refuse(request, one);
  const auto two = farm.choose(request);
  EXPECT_TRUE(two.first);
  EXPECT_NE(two.member, one.member);
  EXPECT_GT(two.generation, one.generation);
  EXPECT_FALSE(farm.holds(farm.request("5F.A", 2), one));
  EXPECT_TRUE(farm.holds(request, two));
  farm.dispatch(two);
  farm.answer(request, two, Leave::settled);
  EXPECT_EQ(farm.choose("5F.A", 2).member, two.member);
  EXPECT_EQ(farm.choose(std::string{"5F."} + Farm::name_of(one), 3).member, two.member);
}

TEST(ChooseWorker, RefusalUnderAnOlderGenerationDoesNotMoveTheSession) {
  Farm farm{4};
  farm.kill('A');
  auto late = farm.request("5F.A", 2);
  const auto one = farm.choose(farm.request("5F.A"));
  Farm::refuse(late, one);
  auto request = farm.request("5F.A");
  Farm::refuse(request, one);
  const auto two = farm.choose(request);
  farm.answer(request, two, Leave::settled);
  EXPECT_EQ(farm.choose(late).member, two.member);
  EXPECT_EQ(farm.choose(late).generation, two.generation);
}

TEST(ChooseWorker, RefusalByAWorkerThatHasTheSessionAgainDoesNotMoveIt) {
  Farm farm{3};
  farm.kill('A');
  auto late = farm.request("5F.A", 2);
  const auto one = farm.choose(farm.request("5F.A"));
  Farm::refuse(late, one);
  farm.kill(Farm::name_of(one));
  const auto two = farm.choose("5F.A");
  farm.restart(Farm::name_of(one));
  farm.kill(Farm::name_of(two));
  const auto three = farm.choose("5F.A");
  EXPECT_EQ(three.member, one.member);
  farm.answer(farm.request("5F.A"), three, Leave::settled);
  EXPECT_EQ(farm.choose(late).member, three.member);
}

TEST(ChooseWorker, NoThirdWorkerOnceItWasSentToAFallback) {
  Farm farm{3};
  farm.kill('A');
  auto request = farm.request("5F.A");
  const auto decision = farm.choose(request);
  farm.dispatch(decision);
  request.on_fallback = true;
  request.tried |= std::uint64_t{1} << decision.member;
  EXPECT_EQ(farm.choose(request).verdict, Verdict::unavailable);
}

TEST(ChooseWorker, CookieOfAWorkerOutsideFromIsNewerThanTheEntry) {
  Farm farm{4};
  farm.kill('A');
  const char to = farm.serve("5F.A");
  const char newer = to == 'D' ? 'C' : 'D';
  EXPECT_EQ(farm.serve(std::string{"5F."} + newer, 2), newer);
  farm.kill(newer);
  const auto moved = farm.choose(std::string{"5F."} + newer, 3);
  EXPECT_EQ(moved.reason, Reason::displaced);
  EXPECT_NE(Farm::name_of(moved), to);  // it may hold an old copy
}

TEST(ChooseWorker, SixtyFourWaitAndTheNextIsRefused) {
  Farm farm{2};
  farm.kill('A');
  EXPECT_TRUE(farm.choose("5F.A", 0).first);
  for (std::uint32_t i = 1; i <= 64; ++i) EXPECT_EQ(farm.choose("5F.A", i).verdict, Verdict::wait);
  EXPECT_EQ(farm.choose("5F.A", 65).verdict, Verdict::unavailable);
  EXPECT_EQ(farm.choose("5F.A", 64).verdict, Verdict::wait);  // it has its place
}

}  // namespace
}  // namespace jkproxy::routing

#include "health/worker_health.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/manual_clock.hpp"

namespace jkproxy::health {
namespace {

using routing::Attempt;
using routing::Outcome;
using namespace std::chrono_literals;

constexpr Attempt answered{.outcome = Outcome::answered};
constexpr Attempt refused{.outcome = Outcome::refused, .sent_nothing = true};
constexpr Attempt connect_timed_out{.outcome = Outcome::refused, .connect_timed_out = true};
constexpr Attempt broken{.outcome = Outcome::broken};
constexpr Attempt broken_reused{.outcome = Outcome::broken, .reused = true};
constexpr Attempt timed_out{.outcome = Outcome::timed_out};
constexpr Attempt client_gone{.outcome = Outcome::client_gone};
constexpr Attempt busy{.outcome = Outcome::busy};
constexpr Attempt no_descriptors{.outcome = Outcome::refused, .local_fault = true};

class WorkerHealthTest : public testing::Test {
 protected:
  void attempt(const Attempt& how, std::uint64_t client = 1) {
    follow(health.on_attempt(seen(), how, client));
  }
  void check(CheckResult result) { follow(health.on_check(seen(), result)); }
  void pass(milliseconds time) {
    clock.turn(time);
    follow(health.on_tick(seen()));
  }
  void checked(int fall, int rise) {
    health = WorkerHealth{{.checked = true, .fall = fall, .rise = rise}};
  }

  WorkerState state = WorkerState::ok;
  std::uint64_t answers = 0;
  bool silent = false;
  bool still = false;
  fakes::ManualClock clock;
  WorkerHealth health{{.fall = 3, .recover_time = 60s, .attempt_limit = 62s}};

 private:
  Seen seen() const { return {.state = state, .answered = answers, .now = clock.now()}; }
  void follow(const std::optional<Transition>& transition) {
    if (!transition) return;
    EXPECT_FALSE(transition->cause.empty());
    state = transition->to;
    silent = transition->silent;
    still = transition->still;
  }
};

TEST_F(WorkerHealthTest, OneRefusedConnectIsAnError) {
  attempt(refused);
  EXPECT_EQ(state, WorkerState::error);
}

TEST_F(WorkerHealthTest, LocalFaultsAndBusyAndGoneClientsSayNothing) {
  for (const auto& how : {no_descriptors, busy, client_gone, timed_out, broken_reused})
    for (std::uint64_t client = 0; client < 9; ++client) attempt(how, client);
  EXPECT_EQ(state, WorkerState::ok);
}

TEST_F(WorkerHealthTest, BrokenConnectionsOfDifferentClientsInARowAreAnError) {
  attempt(broken, 1);
  attempt(connect_timed_out, 2);
  EXPECT_EQ(state, WorkerState::ok);
  attempt(broken, 3);
  EXPECT_EQ(state, WorkerState::error);
}

TEST_F(WorkerHealthTest, OneClientAloneCannotTakeAWorkerDown) {
  for (int i = 0; i < 50; ++i) attempt(broken, 7);
  EXPECT_EQ(state, WorkerState::ok);
}

TEST_F(WorkerHealthTest, AnAnswerBetweenFaultsBeginsTheRowAnew) {
  attempt(broken, 1);
  attempt(broken, 2);
  ++answers;  // counted by an I/O thread, not reported
  attempt(broken, 3);
  attempt(broken, 4);
  EXPECT_EQ(state, WorkerState::ok);
  attempt(broken, 5);
  EXPECT_EQ(state, WorkerState::error);
}

TEST_F(WorkerHealthTest, AnAnsweredForcedRequestEndsTheError) {
  attempt(refused);
  attempt(answered);
  EXPECT_EQ(state, WorkerState::ok);
}

TEST_F(WorkerHealthTest, AnAnswerOfBeforeTheErrorDoesNotEndIt) {
  attempt(refused);
  attempt({.outcome = Outcome::answered, .reused = true});
  EXPECT_EQ(state, WorkerState::error);
  clock.turn(62s);
  attempt({.outcome = Outcome::answered, .reused = true});
  EXPECT_EQ(state, WorkerState::ok);
}

TEST_F(WorkerHealthTest, RecoversAfterRecoverTimeWithoutACheck) {
  attempt(refused);
  pass(59s);
  EXPECT_EQ(state, WorkerState::error);
  pass(1s);
  EXPECT_EQ(state, WorkerState::recover);
}

TEST_F(WorkerHealthTest, WithACheckRecoverTimeDoesNotCount) {
  checked(2, 2);
  attempt(refused);
  pass(1h);
  EXPECT_EQ(state, WorkerState::error);
}

TEST_F(WorkerHealthTest, AProbeEndsByItsOutcome) {
  const struct {
    Attempt how;
    WorkerState to;
  } cases[] = {{answered, WorkerState::ok},          {refused, WorkerState::error},
               {broken, WorkerState::error},         {connect_timed_out, WorkerState::error},
               {timed_out, WorkerState::error},      {client_gone, WorkerState::recover},
               {busy, WorkerState::recover},         {no_descriptors, WorkerState::recover},
               {broken_reused, WorkerState::recover}};
  for (const auto& one : cases) {
    state = WorkerState::probe;
    attempt(one.how);
    EXPECT_EQ(state, one.to) << routing::to_text(one.how.outcome);
  }
}

TEST_F(WorkerHealthTest, ASlowAnswerToAProbeIsNoNewError) {
  state = WorkerState::probe;
  attempt(timed_out);
  EXPECT_EQ(state, WorkerState::error);
  EXPECT_TRUE(still);
  state = WorkerState::probe;
  attempt(refused);
  EXPECT_FALSE(still);
}

TEST_F(WorkerHealthTest, ConnectsThatTimeOutWhileOthersGetThroughAreNoError) {
  constexpr Attempt late{
      .outcome = Outcome::refused, .connect_timed_out = true, .others_got_through = true};
  for (std::uint64_t client = 0; client < 9; ++client) attempt(late, client);
  EXPECT_EQ(state, WorkerState::ok);
}

TEST_F(WorkerHealthTest, AClaimedProbeIsGivenBackAfterItsDeadline) {
  state = WorkerState::probe;
  pass(1s);
  pass(61s);
  EXPECT_EQ(state, WorkerState::probe);
  pass(1s);
  EXPECT_EQ(state, WorkerState::recover);
}

TEST_F(WorkerHealthTest, AFailedProbeRestsForRecoverTimeAgain) {
  attempt(refused);
  pass(60s);
  state = WorkerState::probe;
  attempt(refused);
  pass(59s);
  EXPECT_EQ(state, WorkerState::error);
  pass(1s);
  EXPECT_EQ(state, WorkerState::recover);
}

TEST_F(WorkerHealthTest, FallBadChecksInARowAreAnErrorAndRiseGoodOnesEndIt) {
  checked(2, 3);
  check(CheckResult::bad);
  check(CheckResult::good);
  check(CheckResult::bad);
  EXPECT_EQ(state, WorkerState::ok);
  check(CheckResult::bad);
  EXPECT_EQ(state, WorkerState::error);
  check(CheckResult::good);
  check(CheckResult::bad);
  check(CheckResult::good);
  check(CheckResult::good);
  EXPECT_EQ(state, WorkerState::error);
  check(CheckResult::good);
  EXPECT_EQ(state, WorkerState::ok);
}

TEST_F(WorkerHealthTest, ARefusedCheckIsAnErrorAtOnce) {
  checked(3, 1);
  check(CheckResult::refused);
  EXPECT_EQ(state, WorkerState::error);
  EXPECT_FALSE(silent);
}

TEST_F(WorkerHealthTest, OnlyTimedOutChecksMakeASilentError) {
  checked(2, 1);
  check(CheckResult::silent);
  check(CheckResult::silent);
  EXPECT_EQ(state, WorkerState::error);
  EXPECT_TRUE(silent);
}

TEST_F(WorkerHealthTest, APausedMachineIsNoEvidence) {
  checked(1, 1);
  for (int i = 0; i < 9; ++i) check(CheckResult::no_evidence);
  EXPECT_EQ(state, WorkerState::ok);
}

}  // namespace
}  // namespace jkproxy::health

#include "routing/session_verdict.hpp"

#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

struct Case {
  std::string name;
  std::string came;  // session id in the request
  char own;          // worker of its route; '-': none
  char at;           // worker that answered
  std::string sets;  // session id in its Set-Cookie
  bool static_file;
  SessionVerdict verdict;
  Leave gate;
  bool confirms;
};

class SessionVerdictTest : public testing::TestWithParam<Case> {};

TEST_P(SessionVerdictTest, JudgesTheAnswer) {
  const auto& given = GetParam();
  const Farm farm{3};
  const auto request = farm.request(given.came);
  Decision decision;
  decision.member = static_cast<std::size_t>(given.at - 'A');
  if (given.own != '-') decision.own = static_cast<std::size_t>(given.own - 'A');
  decision.has_session = !stem_of(given.came).empty();
  decision.in_table = decision.own != decision.member;
  const auto judgement = judge_answer(request, decision, {given.sets, given.static_file});
  EXPECT_EQ(judgement.verdict, given.verdict) << to_text(judgement.verdict);
  EXPECT_EQ(judgement.gate, given.gate);
  EXPECT_EQ(judgement.confirms, given.confirms);
}

using enum SessionVerdict;

INSTANTIATE_TEST_SUITE_P(
    Answers, SessionVerdictTest,
    testing::Values(
        Case{"Nothing", "", '-', 'A', "", false, none, Leave::not_proven, false},
        Case{"NewSession", "", '-', 'A', "5F-n1.A", false, created, Leave::settled, false},
        Case{"Kept", "5F-n1.A", 'A', 'A', "", false, kept, Leave::answered, false},
        Case{"KeptStaticFile", "5F-n1.A", 'A', 'A', "", true, kept, Leave::not_proven, false},
        Case{"MemcachedChanged", "5F-n1.A", 'A', 'A', "5F-n2.A", false, kept, Leave::settled,
             false},
        Case{"LogIn", "5F-n1.A", 'A', 'A', "6F-n1.A", false, renewed, Leave::answered, false},
        Case{"TakenOver", "5F-n1.A", 'A', 'B', "5F-n2.B", false, moved, Leave::settled, true},
        Case{"TakenOverAndLoggedIn", "5F-n1.A", 'A', 'B', "6F-n2.B", false, lost, Leave::answered,
             false},
        Case{"FallbackWithoutCookie", "5F-n1.A", 'A', 'B', "", false, kept, Leave::not_proven,
             false},
        Case{"WrongJvmRoute", "5F-n1.A", 'A', 'B', "5F-n2.C", false, moved, Leave::settled, false}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace jkproxy::routing

#include "routing/lb_method.hpp"

#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

std::string elections(Farm& farm, int count) {
  std::string names;
  std::size_t offset = 0;
  while (count-- > 0) {
    const auto member = elect(farm.balancer(), 0, offset);
    if (!member) return names + "-";
    count_request(farm.balancer().members[*member]);
    names += static_cast<char>('A' + static_cast<int>(*member));
  }
  return names;
}

TEST(LbMethod, FactorsTwoToThreeGiveModJksSequence) {
  Farm farm{2};
  farm.settings.workers[0].factor = 2;
  farm.settings.workers[1].factor = 3;
  farm.build();
  EXPECT_EQ(elections(farm, 10), "ABBABABBAB");
}

TEST(LbMethod, EqualFactorsRotate) {
  Farm farm{3};
  EXPECT_EQ(elections(farm, 6), "ABCABC");
}

TEST(LbMethod, TiesRotateFromTheOffset) {
  const Farm farm{3};
  std::size_t offset = 1;
  std::string names;
  for (int i = 0; i < 4; ++i)
    names += static_cast<char>('A' + static_cast<int>(*elect(farm.balancer(), 0, offset)));
  EXPECT_EQ(names, "BCAB");
}

TEST(LbMethod, NearerWorkersGetNewSessionsFirst) {
  Farm farm{3};
  farm.settings.workers[0].distance = 5;
  farm.build();
  EXPECT_EQ(elections(farm, 4), "BCBC");
}

TEST(LbMethod, OnlyActiveWorkersThatAreOkOrRecoverTakeNewSessions) {
  Farm farm{4};
  farm['A'].activation = Activation::disabled;
  farm['B'].activation = Activation::stopped;
  farm['C'].state = WorkerState::error;
  farm['D'].state = WorkerState::recover;
  EXPECT_EQ(elections(farm, 2), "DD");
  farm['D'].state = WorkerState::probe;
  EXPECT_EQ(elections(farm, 1), "-");
  farm['D'].state = WorkerState::busy;
  EXPECT_EQ(elections(farm, 1), "-");
}

TEST(LbMethod, DecayHalvesAndAReturningWorkerStartsAtTheHighest) {
  Farm farm{3};
  farm['A'].lb_value = 100;
  farm['B'].lb_value = 41;
  decay(*farm.snapshot);
  EXPECT_EQ(farm['A'].lb_value, 50u);
  EXPECT_EQ(farm['B'].lb_value, 20u);
  raise_to_highest(*farm.snapshot, *farm.snapshot->workers[2]);
  EXPECT_EQ(farm['C'].lb_value, 50u);
}

TEST(Snapshot, ReloadKeepsTheRuntimeOfUnchangedWorkersAndNeverGivesAnIdAgain) {
  Farm farm{3};
  const auto before = farm.snapshot;
  farm['A'].activation = Activation::stopped;
  farm.settings.workers[1].address.port = 9999;
  farm.settings.workers[1].activation = Activation::disabled;
  farm.build();
  EXPECT_EQ(before->workers[0]->runtime, farm.snapshot->workers[0]->runtime);
  EXPECT_EQ(farm['A'].activation, Activation::stopped);
  EXPECT_EQ(farm['B'].activation, Activation::disabled);
  for (const auto& old : before->workers) EXPECT_NE(farm['B'].id, old->id());
  EXPECT_EQ(farm.snapshot->worker(before->workers[1]->id()), nullptr);
  EXPECT_EQ(farm.snapshot->worker(farm['B'].id), farm.snapshot->workers[1].get());
}

TEST(Snapshot, WithoutMountsEverythingGoesToTheOnlyBalancer) {
  Farm farm{1};
  EXPECT_TRUE(farm.snapshot->mounts.takes_everything());
  farm.settings.mounts.push_back({.host = {}, .path = "/x", .balancer = "nobody"});
  EXPECT_THROW(farm.build(), std::invalid_argument);
}

TEST(Snapshot, MoreMembersThanBitsAreRefused) {
  Farm farm{1};
  farm.settings.balancers[0].workers.assign(65, "A");
  EXPECT_THROW(farm.build(), std::invalid_argument);
}

}  // namespace
}  // namespace jkproxy::routing

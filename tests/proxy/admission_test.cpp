#include "proxy/admission.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "proxy/limits.hpp"

namespace jkproxy::proxy {
namespace {

using Verdict = Admission::Verdict;

TEST(Admission, WithoutLimitsEverybodyIsWelcome) {
  Admission admission{{.listeners = {0}}};
  std::vector<Admission::Entry> in;
  for (int i = 0; i < 1000; ++i) {
    in.push_back(admission.enter(0, 7));
    ASSERT_EQ(in.back().verdict, Verdict::welcome);
  }
}

TEST(Admission, CountsAllClientsTogether) {
  Admission admission{{.clients = 2, .listeners = {0, 0}}};
  const auto one = admission.enter(0, 1);
  {
    const auto two = admission.enter(1, 2);
    EXPECT_EQ(two.verdict, Verdict::welcome);
    EXPECT_EQ(admission.enter(0, 3).verdict, Verdict::full);
  }
  EXPECT_EQ(admission.enter(0, 3).verdict, Verdict::welcome) << "a place was given back";
}

TEST(Admission, CountsEachListenersClients) {
  Admission admission{{.listeners = {1, 0}}};
  const auto one = admission.enter(0, 1);
  EXPECT_EQ(admission.enter(0, 2).verdict, Verdict::listener_full);
  EXPECT_EQ(admission.enter(1, 2).verdict, Verdict::welcome);
}

TEST(Admission, CountsTheClientsOfAnAddressButNotThoseOfATrustedProxy) {
  Admission admission{{.per_address = 1, .listeners = {0}}};
  {
    const auto one = admission.enter(0, 1);
    EXPECT_EQ(admission.enter(0, 1).verdict, Verdict::address_full);
    EXPECT_EQ(admission.enter(0, 2).verdict, Verdict::welcome);
    const auto proxied = admission.enter(0, 0);
    EXPECT_EQ(admission.enter(0, 0).verdict, Verdict::welcome);
  }
  EXPECT_EQ(admission.enter(0, 1).verdict, Verdict::welcome);
}

TEST(Admission, ARefusedClientTakesNoPlace) {
  Admission admission{{.clients = 3, .per_address = 1, .listeners = {2}}};
  const auto one = admission.enter(0, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(admission.enter(0, 1).verdict, Verdict::address_full);
  const auto two = admission.enter(0, 2);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(admission.enter(0, 3).verdict, Verdict::listener_full);
  EXPECT_EQ(two.verdict, Verdict::welcome);
}

TEST(ReplayMemory, IsSharedOutAndGivenBack) {
  ReplayMemory memory{100};
  {
    ReplayMemory::Share one;
    ReplayMemory::Share two;
    EXPECT_TRUE(one.take(memory, 60));
    EXPECT_FALSE(two.take(memory, 41));
    EXPECT_TRUE(two.take(memory, 40));
  }
  ReplayMemory::Share all;
  EXPECT_TRUE(all.take(memory, 100));
}

}  // namespace
}  // namespace jkproxy::proxy

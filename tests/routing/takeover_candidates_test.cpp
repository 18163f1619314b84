#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

// Of two cookies of one session either may come first, in each of two proxies another one.
TEST(TakeoverCandidates, SecondFailoverIsRankedByTheWorkerThatTheSessionLeaves) {
  for (const char cookie : {'A', 'B'}) {
    Farm farm{4};
    farm.settings.workers[0].redirect = "B";
    farm.build();
    std::string stem = "S";
    while (Farm::ranked_first(stem, "CD") != 'C') stem += 'S';
    farm.kill('A');
    EXPECT_EQ(farm.serve(stem + ".A"), 'B');
    farm.kill('C');
    farm.restart('C');  // after A went away, and before B does
    farm.kill('B');
    EXPECT_EQ(farm.serve(stem + '.' + cookie, 2), 'C') << cookie;
  }
}

TEST(TakeoverCandidates, RedirectOfTheWorkerThatTheSessionLeavesCounts) {
  for (const char cookie : {'A', 'B'}) {
    Farm farm{4};
    std::string stem = "S";
    while (Farm::ranked_first(stem, "CD") != 'C') stem += 'S';
    farm.settings.workers[0].redirect = "B";
    farm.settings.workers[1].redirect = "D";
    farm.build();
    farm.kill('A');
    EXPECT_EQ(farm.serve(stem + ".A"), 'B');
    farm.kill('B');
    EXPECT_EQ(farm.serve(stem + '.' + cookie, 2), 'D') << cookie;
  }
}

}  // namespace
}  // namespace jkproxy::routing

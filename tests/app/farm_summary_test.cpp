#include "app/farm_summary.hpp"

#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::app {
namespace {

using routing::Farm;
using routing::WorkerState;

TEST(FarmSummary, CountsWhatIsUsableAndNamesTheRest) {
  Farm farm{4};
  EXPECT_EQ(farm_summary(*farm.snapshot), "4 of 4 workers usable");
  farm.kill('B');
  farm.stop('D');
  EXPECT_EQ(farm_summary(*farm.snapshot), "2 of 4 workers usable; error: B; stopped: D");
  farm.kill('C');
  farm.set('A', WorkerState::busy);
  EXPECT_EQ(farm_summary(*farm.snapshot), "1 of 4 workers usable; error: B, C; stopped: D");
}

}  // namespace
}  // namespace jkproxy::app

#include "routing/choose_worker.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

TEST(Rank, IsPinnedByVectors) {
  struct Vector {
    const char *stem, *route;
    std::uint64_t rank;
  };
  const Vector vectors[] = {
      {"", "", 0xa258d6ec1fb5d95cu},
      {"5F3A", "node1", 0xce62d5eca2af346du},
      {"EE61CDFB9C848F366AF47885A535ED7F", "node1", 0x30e0f4354d59190du},
      {"EE61CDFB9C848F366AF47885A535ED7F", "node2", 0xd9f522c0761006f7u},
      {"EE61CDFB9C848F366AF47885A535ED7F", "a-rather-long-route-name-of-more-than-32-bytes",
       0x166c38f896e5084du}};
  for (const auto& v : vectors) EXPECT_EQ(rank(v.stem, v.route), v.rank) << v.stem << v.route;
}

TEST(Rank, SpreadsSessionsEvenlyAndKeepsTheRestWhenOneLeaves) {
  std::array<int, 3> counts{};
  for (int i = 0; i < 3000; ++i) {
    const auto stem = "stem" + std::to_string(i);
    const char best = Farm::ranked_first(stem, "ABC");
    ++counts[static_cast<std::size_t>(best - 'A')];
    if (best != 'C') {
      EXPECT_EQ(Farm::ranked_first(stem, "AB"), best);
    }
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 120);
}

}  // namespace
}  // namespace jkproxy::routing

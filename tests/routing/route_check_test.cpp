#include "routing/route_check.hpp"

#include <gtest/gtest.h>

#include "tests/routing/farm.hpp"

namespace jkproxy::routing {
namespace {

std::string remedy(const Farm& farm, std::string_view session_id) {
  const auto& maker = *farm.balancer().members.front().worker;
  return route_remedy(judge_route(farm.balancer(), maker, session_id), farm.balancer(), maker,
                      session_id);
}

TEST(RouteCheck, JudgesTheRouteOfTheWorkersOwnSessions) {
  const Farm farm{2};
  const auto& maker = *farm.balancer().members.front().worker;
  const struct {
    std::string_view session_id;
    RouteFit fit;
  } cases[] = {
      {"5F.A", RouteFit::own},           {"5F-n1.A", RouteFit::own},  {"5F-n1.B", RouteFit::others},
      {"5F.tomcat1", RouteFit::unknown}, {"5F.a", RouteFit::unknown}, {"5F.A.x", RouteFit::unknown},
      {"5F", RouteFit::missing},         {"5F.", RouteFit::missing},  {"5F-n1", RouteFit::missing}};
  for (const auto& one : cases)
    EXPECT_EQ(judge_route(farm.balancer(), maker, one.session_id), one.fit) << one.session_id;
}

TEST(RouteCheck, TheOnlyWorkerNeedsNoRoute) {
  const Farm farm{1};
  const auto& maker = *farm.balancer().members.front().worker;
  EXPECT_EQ(judge_route(farm.balancer(), maker, "5F"), RouteFit::own);
  EXPECT_EQ(judge_route(farm.balancer(), maker, "5F.x"), RouteFit::unknown);
}

TEST(RouteCheck, SaysWhatToDo) {
  const Farm farm{2};
  EXPECT_NE(remedy(farm, "5F").find("<Engine jvmRoute=\"A\">"), std::string::npos);
  EXPECT_NE(remedy(farm, "5F.tomcat1").find("<Engine jvmRoute=\"A\">"), std::string::npos);
  EXPECT_NE(remedy(farm, "5F.tomcat1").find("`route: \"tomcat1\"`"), std::string::npos);
  EXPECT_NE(remedy(farm, "5F.B").find("worker B's"), std::string::npos);
  EXPECT_EQ(remedy(farm, "5F.A"), "");
}

TEST(RouteCheck, AWorkersBytesCannotBreakTheLogLine) {
  const Farm farm{2};
  const auto text = remedy(farm, "5F.x\x1b[31m" + std::string(1000, 'y'));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_LT(text.size(), 500U);
}

TEST(AtomicTimeClaim, IsTrueOnceAPause) {
  AtomicTime time;
  const auto at = [](int seconds) { return TimePoint{std::chrono::seconds{seconds}}; };
  const std::chrono::minutes pause{1};
  EXPECT_TRUE(time.claim(at(10), pause));
  EXPECT_FALSE(time.claim(at(10), pause));
  EXPECT_FALSE(time.claim(at(69), pause));
  EXPECT_TRUE(time.claim(at(70), pause));
}

}  // namespace
}  // namespace jkproxy::routing

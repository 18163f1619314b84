// What only the whole file shows to be wrong, and that it comes with all the rest in one go.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "tests/config/reading.hpp"

namespace jkproxy::config {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string four_workers = R"(listeners: [{ bind: ":80" }]
workers:
  a: { url: http://h1 }
  b: { url: http://h2 }
  c: { url: http://h3 }
  d: { url: http://h4 }
)";

// Appended to the four workers, so that the first line is line 7.
class WrongFarm : public testing::TestWithParam<Case> {};

TEST_P(WrongFarm, IsOneErrorAtItsPlace) {
  ASSERT_THAT(errors_of(read(four_workers + GetParam().yaml)),
              ElementsAre(HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Farms, WrongFarm,
    testing::Values(
        Case{"  e: { url: http://h5, redirect: f }", "f:7:34: workers.e.redirect: no worker is"},
        Case{"  e: { url: http://h5, redirect: e }", "f:7:34: workers.e.redirect: is the worker"},
        Case{"  e: { url: http://h5, route: a }", "f:7:31: workers.e: the route \"a\" is that of"},
        Case{"  e: { url: http://h5, route: r }\n  g: { url: http://h6, redirect: r }",
             "f:8:34: workers.g.redirect: no worker is called \"r\": it is the route of worker e"},
        Case{"  e: { url: http://h5, redirect: a }\n"
             "balancers: { x: { workers: [a, b, c, d] }, y: { workers: [e] } }\n"
             "mounts: [{ path: /, balancer: x }, { path: /y, balancer: y }]",
             "f:7:34: workers.e.redirect: a is in no balancer together with e"},
        Case{"balancers:\n  x: { workers: [a, b, x] }", "f:8:24: balancers.x: no worker is called"},
        Case{"balancers:\n  x: { workers: [a, b, a] }", "f:8:24: balancers.x names \"a\" twice"},
        Case{"balancers: { x: { workers: [a] }, y: { workers: [b] } }",
             "f:7:1: several balancers and no mounts"},
        Case{"balancers: { x: { workers: [a] }, y: { workers: [b] } }\nmounts: []",
             "f:8:1: several balancers and no mounts"},
        Case{"balancers: { x: { workers: [a] }, y: { workers: [b] } }\n"
             "mounts: [{ path: / }, { path: /y, balancer: y }]",
             "f:8:10: mounts.balancer is missing: allowed: x, y"},
        Case{"balancers: { x: { workers: [a] } }\nmounts: [{ path: /, balancer: X1 }]",
             "f:8:31: mounts.balancer: no balancer is called \"X1\": did you mean \"x\"?"},
        Case{"mounts: [{ path: /a/, host: H }, { path: /a, host: h. }]",
             "f:7:42: a mount of this host and path stands above already"}));

TEST(WholeFile, TellsWhatIsWrongBetweenSectionsTogetherWithWrongValues) {
  EXPECT_THAT(
      errors_of(read(R"(
listeners: [{ bind: ":80" }, { bind: "0.0.0.0:80" }]
workers:
  a: { url: ftp://h, route: r }
  b: { url: http://h2, factor: 0, route: r, redirect: c }
balancers:
  farm: { workers: [a, b, c], method: by_luck }
mounts: [{ path: share, balancer: firm }]
status: { bind: "127.0.0.1:80" }
threads: many
colour: red
)")),
      ElementsAre(HasSubstr("f:2:38: listeners.bind: 0.0.0.0:80 is taken by"),
                  HasSubstr("f:4:13: workers.a.url"), HasSubstr("f:5:32: workers.b.factor"),
                  HasSubstr("f:5:42: workers.b: the route \"r\""),
                  HasSubstr("f:5:55: workers.b.redirect"),
                  HasSubstr("f:7:27: balancers.farm: no worker"),
                  HasSubstr("f:7:39: balancers.farm.method"), HasSubstr("f:8:18: mounts.path"),
                  HasSubstr("f:8:35: mounts.balancer: no balancer is called \"firm\": did "
                            "you mean \"farm\"?"),
                  HasSubstr("f:9:17: status.bind: 127.0.0.1:80 is taken by the listener "
                            "on :80"),
                  HasSubstr("f:10:10: threads"), HasSubstr("f:11:1: unknown key")));
}

// What is broken is known under its name all the same, and what it should be is not guessed at.
class BrokenValue : public testing::TestWithParam<Case> {};

TEST_P(BrokenValue, CausesNoFurtherErrors) {
  ASSERT_THAT(errors_of(read(GetParam().yaml)), ElementsAre(HasSubstr(GetParam().error)));
}

const std::string farm_of_a = "balancers: { farm: { workers: [a, b] } }\n";

INSTANTIATE_TEST_SUITE_P(
    Sections, BrokenValue,
    testing::Values(
        Case{"listeners: [{ bind: \":80\" }]\nworkers: [a, b]\n" + farm_of_a,
             "f:2:10: workers must be a map of names, not a list"},
        Case{"listeners: [{ bind: \":80\" }]\nworker: { a: { url: http://h } }\n" + farm_of_a,
             "f:2:1: unknown key \"worker\": did you mean \"workers\"?"},
        Case{"listeners: [{ bind: \":80\" }]\nworkers:\n" + farm_of_a,
             "f:2:1: workers has no value"},
        Case{"listeners: [{ bind: \":80\" }]\nworkers: {}\n", "f:2:1: workers is empty"},
        Case{"listeners: [{ bind: \":80\" }]\n" + farm_of_a, "f:1:1: workers is missing"},
        Case{"listeners: []\nworkers: { a: { url: http://h } }\n", "f:1:1: no listeners"},
        Case{"workers: { a: { url: http://h } }\n", "f:1:1: listeners is missing"},
        Case{"listeners: [{ bind: \":x\" }]\nworkers: { a: { url: http://h } }\n", "f:1:21"},
        Case{"listeners: [{ bind: \":80\" }]\nworkers: { a: { url: http://h }, b: { url: http://g "
             "} }\n"
             "balancers: { farm: { workers: [a] } }\nbalancers: { other: { workers: [b] } }\n"
             "mounts: [{ path: /, balancer: other }]\n",
             "f:4:1: duplicate key \"balancers\""},
        Case{"listeners: [{ bind: \":80\" }]\nworkers: { a: { url: http://h }, b: { url: http://g "
             "} }\n"
             "balancers: { farm: { workers: *all } }\n",
             "f:3:31"},
        Case{"listeners: [{ bind: \":80\" }]\n"
             "workers: { a: { url: http://h, route: \"x y\" }, b: { url: http://g, route: a } }\n",
             "f:2:39"},
        Case{"listeners: [{ bind: \":80\" }]\n"
             "workers: { a: { url: http://h }, b: { url: http://g, rote: c } }\n",
             "f:2:54: unknown key \"rote\""},
        Case{"listeners: [{ bind: \":80\" }]\nworkers: { a: { url: \"http://${NONE}\" } }\n",
             "f:2:22: the environment variable NONE is not set"},
        Case{"listeners: [{ bind: \":80\" }]\nworkers: { a: { url: http://h } }\n"
             "mounts: [{ path: \"${NONE}\", balancer: default }, { path: / }]\n",
             "f:3:18: the environment"},
        Case{"", "f:1:1: the file must be a map of keys, not nothing"},
        Case{"# nothing\n", "f:1:1: the file must be a map of keys, not nothing"}));

TEST(Aliases, AreErrorsOfTheirOwnAndTheRestIsRead) {
  EXPECT_THAT(errors_of(read(smallest + "log: &l { level: x }\naccess_log:\n  <<: *l\n")),
              ElementsAre(HasSubstr("f:3:6: anchors"), HasSubstr("f:3:18: log.level"),
                          HasSubstr("f:5:7: aliases")));
}

struct Binds {
  std::string listeners;  // bind addresses, the status' one behind a bar
  std::string error;      // empty: they go together
};

std::ostream& operator<<(std::ostream& out, const Binds& one) {
  return out << one.listeners;
}

class ListenersTogether : public testing::TestWithParam<Binds> {};

TEST_P(ListenersTogether, MayNotTakeTheSameConnections) {
  const auto& text = GetParam().listeners;
  const auto bar = text.find('|');
  std::string yaml = "workers: { a: { url: http://h } }\nlisteners:\n";
  std::istringstream words{text.substr(0, bar)};
  for (std::string bind; words >> bind;) yaml += "  - bind: \"" + bind + "\"\n";
  if (bar != std::string::npos) yaml += "status: { bind: \"" + text.substr(bar + 1) + "\" }\n";
  const auto errors = errors_of(read(yaml));
  if (GetParam().error.empty())
    EXPECT_THAT(errors, IsEmpty());
  else
    EXPECT_THAT(errors, ElementsAre(HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Binds, ListenersTogether,
    testing::Values(
        Binds{":80 0.0.0.0:80",
              "f:4:11: listeners.bind: 0.0.0.0:80 is taken by the listener on :80"},
        Binds{"0.0.0.0:80 :80", ":80 is taken by the listener on 0.0.0.0:80"},
        Binds{"[::]:80 :80", "is taken by the listener on [::]:80"},
        Binds{"[::]:80 10.0.0.1:80", "10.0.0.1:80 is taken by the listener on [::]:80"},
        Binds{"0.0.0.0:80 10.0.0.1:80", "10.0.0.1:80 is taken by the listener on 0.0.0.0:80"},
        Binds{"10.0.0.1:80 0.0.0.0:80", "0.0.0.0:80 is taken by the listener on 10.0.0.1:80"},
        Binds{"[::1]:80 [0:0::1]:80", "is taken by the listener on [::1]:80"},
        Binds{"[::1]:80 [::1]:80", "a listener on [::1]:80 stands above already"},
        Binds{"unix:/a unix:/a", "f:4:11: listeners.bind: a listener on unix:/a stands above"},
        Binds{":80|127.0.0.1:80", "f:4:17: status.bind: 127.0.0.1:80 is taken by the listener on"},
        Binds{"10.0.0.1:80 10.0.0.2:80 [::1]:80|127.0.0.1:80", ""},
        Binds{"0.0.0.0:80 [::1]:80", ""}, Binds{":80 :81|:82", ""}, Binds{":0 :0 0.0.0.0:0|:0", ""},
        Binds{"unix:/a unix:/b :80", ""}));

// Workers n2 ... with these factors.
std::string with_factors(const std::vector<int>& factors) {
  std::string yaml = "listeners: [{ bind: \":80\" }]\nworkers:\n";
  for (std::size_t i = 0; i < factors.size(); ++i)
    yaml += "  n" + std::to_string(i) + ": { url: \"http://h" + std::to_string(i) +
            ".x\", factor: " + std::to_string(factors[i]) + " }\n";
  return yaml;
}

TEST(Factors, NeedACommonMultipleThatCountersHold) {
  std::vector<int> to_twenty;
  for (int i = 1; i <= 20; ++i) to_twenty.push_back(i);
  good(with_factors(to_twenty));
  const auto primes = with_factors({97, 89, 83, 79, 73, 71, 67});
  EXPECT_THAT(errors_of(read(primes)),
              ElementsAre(HasSubstr("f:2:1: workers: the factors of its workers have no common")));
  EXPECT_THAT(errors_of(read(primes + "balancers: { x: { workers: [n0, n1, n2, n3, n4, n5] } }\n")),
              ElementsAre(HasSubstr("f:10:14: balancers.x: the factors")));
}

TEST(Balancer, HoldsSixtyFourWorkers) {
  good(with_factors(std::vector<int>(64, 1)));
  EXPECT_THAT(errors_of(read(with_factors(std::vector<int>(65, 1)))),
              ElementsAre(HasSubstr("f:67:3: the balancer default has more than 64 workers")));
}

TEST(Limits, RequestLineIsNoLongerThanAShorterHead) {
  const auto limits = good(smallest + "limits: { head: 4KiB }\n").limits;
  EXPECT_EQ(limits.request_line, 4096U);
  EXPECT_EQ(good(smallest + "limits: { head: 16KiB }\n").limits.request_line, 8192U);
}

TEST(MountHost, LosesTheDotThatEndsIt) {
  EXPECT_EQ(good(smallest + "mounts: [{ host: A.b., path: / }]\n").mounts.at(0).host, "a.b");
}

class Odd : public testing::TestWithParam<Case> {};

TEST_P(Odd, IsAWarningAtItsPlaceAndNoError) {
  std::vector<Error> warnings;
  EXPECT_THAT(all_errors(read(four_workers + GetParam().yaml, &warnings)), IsEmpty());
  EXPECT_THAT(texts_of(warnings), ElementsAre(HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Oddities, Odd,
    testing::Values(
        Case{"balancers: { x: { workers: [a, b, c] } }",
             "f:6:3: workers.d is in no balancer and gets no requests"},
        Case{"balancers:\n  x: { workers: [a, b, c, d] }\n  y: { workers: [d] }\n"
             "mounts: [{ path: /, balancer: x }]",
             "f:9:3: balancers.y has no mount and gets no requests"},
        Case{"  e: { url: http://h1:80 }",
             "f:7:13: workers.e.url: h1:80 is worker a as well, and one Tomcat has one jvmRoute"},
        Case{"  e: { url: http://h5, activation: disabled }\nbalancers:\n"
             "  x: { workers: [a, b, c, d] }\n  y: { workers: [e] }\n"
             "mounts: [{ path: /, balancer: x }, { path: /y, balancer: y }]",
             "f:10:3: balancer y has no active worker: nobody can begin a session"}));

TEST(Warnings, AreNoneForAnOrdinaryFile) {
  std::vector<Error> warnings;
  read(four_workers, &warnings);
  from_command_line({":80"}, {"a=http://h", "b=http://g"}, &warnings);
  EXPECT_THAT(texts_of(warnings), IsEmpty());
}

}  // namespace

}  // namespace jkproxy::config

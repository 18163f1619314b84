#include "app/resolver.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "tests/fakes/manual_clock.hpp"

namespace jkproxy::app {
namespace {

routing::Address address_of(const std::string& host) {
  return routing::literal_address({.host = host, .port = 8080, .unix_path = {}}).value();
}

// A farm of one worker by name and one by number, and a name service that the test plays itself.
class ResolverTest : public testing::Test {
 protected:
  ResolverTest() {
    for (const std::string host : {"tomcat.example", "127.0.0.1"}) {
      auto& worker = settings.workers.emplace_back();
      worker.name = worker.route = host;
      worker.address = {.host = host, .port = 8080, .unix_path = {}};
    }
    snapshot = routing::build_snapshot(settings, nullptr);
    resolver = std::make_unique<Resolver>(
        control, snapshot, clock.clock(),
        [this](routing::WorkerId worker, const std::optional<routing::Address>& address) {
          addresses[snapshot->worker(worker)->settings.name].push_back(
              address ? routing::host_text(*address) : "none");
        },
        [this](const routing::Worker& worker, const std::string& why) {
          failures.push_back(worker.settings.name + ": " + why);
        },
        [this](const config::Endpoint& endpoint, Resolver::Found found) {
          asked.push_back(endpoint.host);
          answer = std::move(found);
        });
  }

  void finds(std::initializer_list<std::string> hosts) {
    std::vector<routing::Address> found;
    for (const auto& host : hosts) found.push_back(address_of(host));
    boost::system::error_code error;
    if (found.empty()) error = boost::asio::error::no_data;
    std::exchange(answer, nullptr)(found, error);
  }
  void ask_again() {
    clock.turn(std::chrono::seconds{2});
    resolver->resolve_soon(snapshot->workers.front()->id());
  }

  boost::asio::io_context control;
  fakes::ManualClock clock;
  config::Settings settings;
  std::shared_ptr<const routing::Snapshot> snapshot;
  std::unique_ptr<Resolver> resolver;
  Resolver::Found answer;
  std::vector<std::string> asked;
  std::map<std::string, std::vector<std::string>> addresses;
  std::vector<std::string> failures;
};

using Names = std::vector<std::string>;

TEST_F(ResolverTest, LooksUpNamesAndNoNumbers) {
  resolver->start();
  EXPECT_EQ(asked, Names{"tomcat.example"});
  EXPECT_TRUE(resolver->has_names());
}

TEST_F(ResolverTest, ANameThatIsUnknownAtFirstIsFoundLater) {
  resolver->start();
  finds({});
  ask_again();
  finds({});
  EXPECT_EQ(failures.size(), 1U);  // said once
  EXPECT_TRUE(addresses.empty());
  ask_again();
  finds({"10.0.0.1"});
  EXPECT_EQ(addresses["tomcat.example"], Names{"10.0.0.1"});
  ask_again();
  finds({});
  EXPECT_EQ(failures.size(), 2U);  // it worked in between
  EXPECT_EQ(addresses["tomcat.example"], Names{"10.0.0.1"});
}

TEST_F(ResolverTest, AnAddressStaysWhileItIsAmongTheAnswers) {
  resolver->start();
  finds({"10.0.0.1", "10.0.0.2"});
  ask_again();
  finds({"10.0.0.2", "10.0.0.1"});
  EXPECT_EQ(addresses["tomcat.example"], Names{"10.0.0.1"});
  ask_again();
  finds({"10.0.0.3", "10.0.0.2"});
  EXPECT_EQ(addresses["tomcat.example"], (Names{"10.0.0.1", "10.0.0.3"}));
}

TEST_F(ResolverTest, AsksAtMostOnceASecondAndNeverTwiceAtATime) {
  resolver->start();
  ask_again();
  EXPECT_EQ(asked.size(), 1U);  // the first is still under way
  finds({"10.0.0.1"});
  ask_again();
  EXPECT_EQ(asked.size(), 2U);
  finds({"10.0.0.1"});
  resolver->resolve_soon(snapshot->workers.front()->id());
  EXPECT_EQ(asked.size(), 2U);  // within the same second
}

TEST_F(ResolverTest, AnAnswerAfterTheStopIsIgnored) {
  resolver->start();
  resolver->stop();
  finds({"10.0.0.1"});
  EXPECT_TRUE(addresses.empty());
}

}  // namespace
}  // namespace jkproxy::app

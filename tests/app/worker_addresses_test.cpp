#include "app/worker_addresses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jkproxy::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr routing::WorkerId node1 = 0;
constexpr routing::WorkerId node2 = 1;

routing::Address at(const std::string& host, std::uint16_t port = 8080) {
  config::Endpoint endpoint;
  endpoint.host = host;
  endpoint.port = port;
  return routing::literal_address(endpoint).value();
}

TEST(WorkerAddresses, AnAddressThatIsStillAmongTheAnswersStays) {
  WorkerAddresses addresses;
  EXPECT_TRUE(addresses.learn(node1, {at("10.0.0.1"), at("10.0.0.2")}));
  EXPECT_FALSE(addresses.learn(node1, {at("10.0.0.2"), at("10.0.0.1")}));
  EXPECT_EQ(addresses.address(node1), at("10.0.0.1"));
  EXPECT_TRUE(addresses.learn(node1, {at("10.0.0.3"), at("10.0.0.2")}));
  EXPECT_EQ(addresses.address(node1), at("10.0.0.3"));
}

TEST(WorkerAddresses, ANameThatIsGoneKeepsItsAddress) {
  WorkerAddresses addresses;
  EXPECT_FALSE(addresses.lose(node1));
  addresses.learn(node1, {at("10.0.0.1")});
  addresses.learn(node2, {at("10.0.0.2")});
  EXPECT_FALSE(addresses.lose(node1));
  EXPECT_EQ(addresses.address(node1), at("10.0.0.1"));
}

TEST(WorkerAddresses, ANameThatIsGoneLosesAnAddressWhereAnotherWorkerIs) {
  WorkerAddresses addresses;
  addresses.learn(node1, {at("10.0.0.1")});
  addresses.learn(node2, {at("10.0.0.1")});
  EXPECT_THAT(addresses.sharing(node2), ElementsAre(node1));
  EXPECT_TRUE(addresses.lose(node1));
  EXPECT_EQ(addresses.address(node1), std::nullopt);
  EXPECT_EQ(addresses.address(node2), at("10.0.0.1"));
  EXPECT_TRUE(addresses.learn(node1, {at("10.0.0.2")}));
}

TEST(WorkerAddresses, TwoPortsOfOneHostAreTwoAddresses) {
  WorkerAddresses addresses;
  addresses.learn(node1, {at("10.0.0.1", 8081)});
  addresses.learn(node2, {at("10.0.0.1", 8082)});
  EXPECT_THAT(addresses.sharing(node2), IsEmpty());
  EXPECT_FALSE(addresses.lose(node1));
}

}  // namespace
}  // namespace jkproxy::app

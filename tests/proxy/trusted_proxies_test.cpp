#include "proxy/trusted_proxies.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace jkproxy::proxy {
namespace {

config::Network network(const char* v6_form, int prefix) {
  config::Network network{.address = {}, .prefix = prefix, .text = v6_form};
  EXPECT_EQ(::inet_pton(AF_INET6, v6_form, network.address.data()), 1);
  return network;
}

TEST(TrustedProxies, AnAddressLiesInANetworkOrNot) {
  const std::vector<config::Network> networks{network("::ffff:127.0.0.0", 96 + 8),
                                              network("::ffff:10.1.2.128", 96 + 25),
                                              network("2001:db8::", 33), network("fe80::1", 128)};
  for (const char* inside :
       {"127.0.0.1", "127.255.255.255", "10.1.2.128", "10.1.2.255", "::ffff:10.1.2.200",
        "2001:db8::1", "2001:db8:7fff::1", "fe80::1", "fe80::1%eth0", "unix"})
    EXPECT_TRUE(is_trusted(networks, inside)) << inside;
  for (const char* outside : {"126.255.255.255", "128.0.0.1", "10.1.2.127", "10.1.3.128",
                              "2001:db8:8000::1", "2001:db7::1", "fe80::2", "::1", "::127.0.0.1",
                              "", "node1", "127.0.0.1:80", "127.1", "127.0.0.1x", "Unix"})
    EXPECT_FALSE(is_trusted(networks, outside)) << outside;
}

TEST(TrustedProxies, PrefixZeroIsEverybodyAndNoNetworkIsNobody) {
  EXPECT_TRUE(is_trusted({network("::", 0)}, "192.0.2.1"));
  EXPECT_TRUE(is_trusted({network("::", 0)}, "2001:db8::1"));
  EXPECT_TRUE(is_trusted({network("::ffff:0.0.0.0", 96)}, "192.0.2.1"));
  EXPECT_FALSE(is_trusted({network("::ffff:0.0.0.0", 96)}, "2001:db8::1"));
  EXPECT_FALSE(is_trusted({}, "127.0.0.1"));
  EXPECT_FALSE(is_trusted({}, "unix"));
}

}  // namespace
}  // namespace jkproxy::proxy

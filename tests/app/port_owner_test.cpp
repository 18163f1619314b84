#include "app/port_owner.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace jkproxy::app {
namespace {

routing::Address address(const std::string& host, std::uint16_t port) {
  return routing::literal_address({.host = host, .port = port, .unix_path = {}}).value();
}

// As proc(5) has it, on a machine of little-endian words.
constexpr const char* tcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 "
    "4242 1 0000000000000000 100 0 0 10 0\n"
    "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "4243 1 0000000000000000 100 0 0 10 0\n"
    "   2: 0100007F:2329 0100007F:0050 01 00000000:00000000 00:00000000 00000000    33        0 "
    "4244 1 0000000000000000 20 4 30 10 -1\n";
constexpr const char* tcp6 =
    "  sl  local_address                         remote_address                        st tx_queue "
    "rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     7        0 5151 1 0000000000000000 100 0 0 10 0\n"
    "   1: 00000000000000000000000000000000:1F92 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     8        0 5152 1 0000000000000000 100 0 0 10 0\n";

TEST(SocketInTheWay, ListensOnTheSamePortAndAnAddressThatClashes) {
  const struct {
    const char* table;
    const char* host;
    std::uint16_t port;
    std::optional<ListeningSocket> found;
  } cases[] = {
      {tcp, "127.0.0.1", 8080, ListeningSocket{4242, 998}},
      {tcp, "", 8080, ListeningSocket{4242, 998}},
      {tcp, "127.0.0.2", 8080, std::nullopt},
      {tcp, "127.0.0.2", 80, ListeningSocket{4243, 0}},
      {tcp, "127.0.0.1", 9001, std::nullopt},  // a connection, nobody listens
      {tcp, "127.0.0.1", 8081, std::nullopt},
      {tcp6, "::1", 8081, ListeningSocket{5151, 7}},
      {tcp6, "::2", 8081, std::nullopt},
      {tcp6, "127.0.0.1", 8082, ListeningSocket{5152, 8}},
      {"", "127.0.0.1", 8080, std::nullopt},
      {"nonsense\n 0: :\n", "127.0.0.1", 8080, std::nullopt},
  };
  for (const auto& one : cases)
    EXPECT_EQ(socket_in_the_way(one.table, address(one.host, one.port)), one.found)
        << one.host << " " << one.port;
}

TEST(PortOwner, IsThisProcessForASocketOfItsOwn) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto bound = address("127.0.0.1", 0);
  ASSERT_EQ(::bind(descriptor, bound.get(), bound.length), 0);
  ASSERT_EQ(::listen(descriptor, 1), 0);
  bound.length = sizeof bound.storage;
  ::getsockname(descriptor, bound.get(), &bound.length);
  const auto owner = port_owner(bound);
  ::close(descriptor);
  EXPECT_EQ(owner, "app_tests (pid " + std::to_string(::getpid()) + ")");
  EXPECT_EQ(port_owner(bound), "");
}

}  // namespace
}  // namespace jkproxy::app

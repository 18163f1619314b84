#include "app/service_notice.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace jkproxy::app {
namespace {

// What systemd does: a datagram socket, here in the abstract name space.
class Receiver {
 public:
  explicit Receiver(const std::string& name) : descriptor_{::socket(AF_UNIX, SOCK_DGRAM, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), length), 0);
  }
  ~Receiver() { ::close(descriptor_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string next() {
    char block[256];
    const auto size = ::recv(descriptor_, block, sizeof block, MSG_DONTWAIT);
    return size < 0 ? "nothing" : std::string(block, static_cast<std::size_t>(size));
  }

 private:
  int descriptor_;
};

TEST(ServiceNotice, ArrivesAsOneDatagram) {
  const auto name = "jkproxy-notice-" + std::to_string(::getpid());
  Receiver systemd{name};
  EXPECT_TRUE(send_notice("@" + name, "READY=1\nSTATUS=x"));
  EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=x");
  EXPECT_EQ(systemd.next(), "nothing");
}

TEST(ServiceNotice, ToNobodyIsNoError) {
  EXPECT_FALSE(send_notice("", "READY=1"));
  EXPECT_FALSE(send_notice("/nonexistent/notify", "READY=1"));
  EXPECT_FALSE(send_notice(std::string(500, 'x'), "READY=1"));
}

}  // namespace
}  // namespace jkproxy::app

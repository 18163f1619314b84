#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "tests/app/process.hpp"

namespace jkproxy::app {
namespace {

TEST_F(LifeTest, ChecksAFileAndEndsWithZero) {
  Process process{{"-t", "-c", file()}};
  EXPECT_EQ(process.exit_code(), 0) << process.said();
}

TEST_F(LifeTest, NamesWhatIsWrongWithAFileAndEndsWithOne) {
  write("127.0.0.1:0", "worker: 1\n");
  Process process{{"-t", "-c", file()}};
  EXPECT_EQ(process.exit_code(), 1);
  EXPECT_NE(process.said().find("jkproxy.yaml:4:1: "), std::string::npos) << process.said();
}

TEST_F(LifeTest, PrintsAConfigurationThatIsGoodAgain) {
  Process process{{"-T", "-c", file()}};
  EXPECT_EQ(process.exit_code(), 0);
  std::ofstream{file()} << process.said();
  Process again{{"-t", "-c", file()}};
  EXPECT_EQ(again.exit_code(), 0) << again.said();
}

TEST_F(LifeTest, WrongUseEndsWithTwo) {
  Process process{{"--nonsense"}};
  EXPECT_EQ(process.exit_code(), 2);
}

TEST_F(LifeTest, AFileThatCannotBeReadEndsWithOne) {
  Process process{{"-c", folder / "none.yaml"}};
  EXPECT_EQ(process.exit_code(), 1);
}

TEST_F(LifeTest, APortInUseIsOneClearLineAndEndsWithOne) {
  Process first{{"-c", file()}};
  ASSERT_TRUE(first.says("listening on 127.0.0.1:"));
  ASSERT_TRUE(first.says("balancer default: worker node1"));
  const auto at = first.said().find("127.0.0.1:");
  const auto bind = first.said().substr(at, first.said().find('\n', at) - at);
  write(bind);
  Process second{{"-c", file()}};
  EXPECT_EQ(second.exit_code(), 1);
  EXPECT_EQ(second.said(), "jkproxy: cannot listen on " + bind +
                               ": Address already in use by jkproxy (pid " +
                               std::to_string(first.pid()) + ")\n");
}

TEST_F(LifeTest, SaysWhichWorkersAcceptConnections) {
  Process process{{"-c", file()}};
  EXPECT_TRUE(process.says("worker node1 at http://127.0.0.1:1 does not accept connections"));
  EXPECT_TRUE(process.says("farm: 0 of 1 workers accept connections"));
}

TEST_F(LifeTest, TellsSystemdWhenItServesAndWhenItStops) {
  const int systemd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = (folder / "notify").string();
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(::bind(systemd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const auto next = [systemd] {
    pollfd waited{.fd = systemd, .events = POLLIN, .revents = 0};
    char block[256];
    if (::poll(&waited, 1, patience) <= 0) return std::string{"nothing"};
    const auto size = ::recv(systemd, block, sizeof block, 0);
    return std::string(block, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  };
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  Process process{{"-c", file()}};
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_EQ(next(), "READY=1\nSTATUS=1 of 1 workers usable");
  process.send(SIGTERM);
  EXPECT_TRUE(next().starts_with("STOPPING=1\n"));
  EXPECT_EQ(process.exit_code(), 0);
  ::close(systemd);
}

TEST_F(LifeTest, TermQuitAndIntEndItWithZero) {
  for (const int signal : {SIGTERM, SIGQUIT, SIGINT}) {
    Process process{{"-c", file()}};
    ASSERT_TRUE(process.says("balancer default: worker node1"));
    process.send(signal);
    EXPECT_EQ(process.exit_code(), 0) << signal;
    EXPECT_NE(process.said().find("stopped"), std::string::npos) << process.said();
  }
}

TEST_F(LifeTest, HupChecksTheFileAndNeverKills) {
  Process process{{"-c", file()}};
  ASSERT_TRUE(process.says("balancer default: worker node1"));
  process.send(SIGHUP);
  EXPECT_TRUE(process.says("is good and has not changed"));
  write("127.0.0.1:0", "shutdown_timeout: 7s\n");
  process.send(SIGHUP);
  EXPECT_TRUE(process.says("a restart is needed"));
  write("127.0.0.1:0", "nonsense: 7s\n");
  process.send(SIGHUP);
  EXPECT_TRUE(process.says("jkproxy.yaml:4:1: "));
  process.send(SIGTERM);
  EXPECT_EQ(process.exit_code(), 0);
}

TEST_F(LifeTest, Usr1OpensTheLogsAgainAndUsr2IsIgnored) {
  const auto log = folder / "error.log";
  write("127.0.0.1:0", "access_log: { file: '" + log.string() + "' }\n");
  Process process{{"-c", file()}};
  ASSERT_TRUE(process.says("balancer default: worker node1"));
  process.send(SIGUSR2);
  EXPECT_TRUE(process.says("SIGUSR2 is ignored"));
  process.send(SIGUSR1);
  EXPECT_TRUE(process.says("SIGUSR1: logs opened again"));
  process.send(SIGTERM);
  EXPECT_EQ(process.exit_code(), 0);
}

}  // namespace
}  // namespace jkproxy::app

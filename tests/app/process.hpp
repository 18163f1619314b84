#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace jkproxy::app {

inline constexpr int patience = 20'000;  // milliseconds; only a failing test waits for so long

// The program itself, which is built beside the folder of the tests.
inline std::string program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "jkproxy";
}

// A running jkproxy, its standard output and error in one pipe. Ended with this object.
class Process {
 public:
  // `descriptors`: its limit of open files, soft and hard; 0: as it is here.
  explicit Process(std::vector<std::string> arguments, rlim_t descriptors = 0) {
    arguments.insert(arguments.begin(), program());
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    output_ = ends[0];
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      const rlimit limit{.rlim_cur = descriptors, .rlim_max = descriptors};
      if (descriptors > 0) ::setrlimit(RLIMIT_NOFILE, &limit);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
    ::close(ends[1]);
  }
  ~Process() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      exit_code();
    }
    ::close(output_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const { ::kill(pid_, signal); }

  // Reads on until the text has been said; false where the output ends first.
  bool says(const std::string& text) {
    while (said_.find(text) == std::string::npos)
      if (!read_more()) return false;
    return true;
  }
  // Of a program that has ended or is about to; 128 + signal where one killed it.
  int exit_code() {
    while (read_more()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const std::string& said() const { return said_; }

  // Of its first listener, once it listens.
  std::uint16_t port() {
    const std::string before = "listening on 127.0.0.1:";
    if (!says("balancer default: worker")) return 0;
    return static_cast<std::uint16_t>(std::stoi(said_.substr(said_.find(before) + before.size())));
  }
  // User and system time so far, in clock ticks of which there are 100 a second.
  long cpu_ticks() const {
    std::ifstream stat{"/proc/" + std::to_string(pid_) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{stat}, {}};
    std::istringstream fields{text.substr(text.rfind(')') + 2)};
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    long user = 0;
    long system = 0;
    fields >> user >> system;
    return user + system;
  }

 private:
  bool read_more() {
    pollfd waited{.fd = output_, .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, patience) <= 0) return false;
    char block[4096];
    const auto size = ::read(output_, block, sizeof block);
    if (size <= 0) return false;
    said_.append(block, static_cast<std::size_t>(size));
    return true;
  }

  pid_t pid_ = -1;
  int output_ = -1;
  bool ended_ = false;
  std::string said_;
};

class LifeTest : public testing::Test {
 protected:
  void SetUp() override {
    folder =
        std::filesystem::temp_directory_path() / ("jkproxy-life-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    write("127.0.0.1:0");
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  void write(const std::string& bind, const std::string& more = "") const {
    std::ofstream{file()} << "listeners: [ { bind: '" << bind << "' } ]\n"
                          << "workers: { node1: { url: 'http://127.0.0.1:" << worker_port
                          << "' } }\n"
                          << "threads: " << threads << "\n"
                          << more;
  }
  std::string file() const { return folder / "jkproxy.yaml"; }

  static std::string text_of(const std::filesystem::path& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  // Awaits the text in a file that another process writes.
  static bool comes(const std::filesystem::path& path, const std::string& text) {
    for (int left = patience; left > 0; left -= 10) {
      if (text_of(path).find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
  }

  std::filesystem::path folder;
  int worker_port = 1;
  int threads = 2;
};

}  // namespace jkproxy::app

#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>

namespace jkproxy::routing {

// What really happens at the workers A to E to one session, whatever the proxy believes. Any
// thread.
class Tomcats {
 public:
  static constexpr std::size_t count = 5;

  // A connection to the process that runs now. Nothing: refused.
  std::optional<int> connect(char name) {
    const std::lock_guard lock{mutex_};
    const auto& node = of(name);
    return node.alive ? std::optional{node.process} : std::nullopt;
  }

  // A request head arrives over that connection. False: its process has ended.
  bool begin(char name, int process, bool may_be_old) {
    const std::lock_guard lock{mutex_};
    auto& node = of(name);
    if (!node.alive || node.process != process) return false;
    for (const auto& other : nodes_)
      if (&other != &node && other.under_way > 0) note("at " + std::string{name} + " and another");
    if (node.loading) note("beside the request that loads it at " + std::string{name});
    const bool loaded = node.loaded_by == node.process;
    if (loaded && holder_ != name && !may_be_old) note("an old copy of " + std::string{name});
    if (!loaded && node.under_way > 0) note("loaded twice at " + std::string{name});
    node.loading = !loaded;
    ++node.under_way;
    holder_ = name;
    return true;
  }

  // Its answer. False: the process ended before.
  bool end(char name, int process) {
    const std::lock_guard lock{mutex_};
    auto& node = of(name);
    if (!node.alive || node.process != process) return false;
    node.loading = false;
    node.loaded_by = process;
    --node.under_way;
    ++served_;
    return true;
  }

  bool runs(char name, int process) {
    const std::lock_guard lock{mutex_};
    const auto& node = of(name);
    return node.alive && node.process == process;
  }

  void kill(char name) {
    const std::lock_guard lock{mutex_};
    auto& node = of(name);
    node.alive = node.loading = false;
    node.under_way = 0;
    ++node.process;
  }
  void start(char name) {
    const std::lock_guard lock{mutex_};
    of(name).alive = true;
  }

  // Another session; nobody asks for the one before any more.
  void forget() {
    const std::lock_guard lock{mutex_};
    for (auto& node : nodes_) node.loaded_by = 0;
    nodes_[0].loaded_by = nodes_[0].process;
    holder_ = 'A';
  }

  std::string faults() {
    const std::lock_guard lock{mutex_};
    return faults_;
  }
  int served() {
    const std::lock_guard lock{mutex_};
    return served_;
  }

 private:
  struct Node {
    bool alive = true;
    int process = 1;
    int loaded_by = 0;     // the process that has the session in memory
    bool loading = false;  // its first request there is under way
    int under_way = 0;
  };

  Node& of(char name) { return nodes_[static_cast<std::size_t>(name - 'A')]; }
  void note(const std::string& fault) {
    if (faults_.size() < 1000) faults_ += fault + "; ";
  }

  std::mutex mutex_;
  std::array<Node, count> nodes_;
  char holder_ = 'A';  // where it was used last
  int served_ = 0;
  std::string faults_;
};

}  // namespace jkproxy::routing

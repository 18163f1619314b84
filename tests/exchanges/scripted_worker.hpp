#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "tests/exchanges/ledger.hpp"
#include "tests/exchanges/plan.hpp"
#include "tests/fakes/hand_tomcat.hpp"

namespace jkproxy::exchanges {

// A worker that finds in each request whose it is, checks that it came as it was meant, and does
// what the plan says. A fixed number of threads, each with one connection at a time.
class ScriptedWorker {
 public:
  explicit ScriptedWorker(Ledger& ledger);
  ~ScriptedWorker();
  ScriptedWorker(const ScriptedWorker&) = delete;
  ScriptedWorker& operator=(const ScriptedWorker&) = delete;

  std::uint16_t port() const { return listener_.port(); }

 private:
  void serve_connections();
  // False: the connection is over.
  bool serve_one(Connection& connection);
  bool execute(Connection& connection, const Plan& plan, Deed deed, Message& request);
  bool do_deed(Connection& connection, const Plan& plan, Deed deed);

  Ledger& ledger_;
  fakes::HandTomcat listener_;
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

}  // namespace jkproxy::exchanges

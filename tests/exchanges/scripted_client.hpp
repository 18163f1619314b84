#pragma once

#include <optional>

#include "tests/exchanges/ledger.hpp"
#include "tests/exchanges/plan.hpp"

namespace jkproxy::exchanges {

// A client that sends what plans say, one or a few at a time over a kept connection, and holds each
// answer against its plan. One thread.
class ScriptedClient {
 public:
  ScriptedClient(Ledger& ledger, std::uint16_t port) : ledger_{ledger}, port_{port} {}

  // Sends all of them, and waits for all that is to come.
  void run(std::uint64_t first_seed, std::size_t exchanges);

 private:
  struct Result {
    Arrival arrival = Arrival::nothing;
    Message answer;
  };

  void exchange(const std::vector<Plan>& plans);
  Result receive(const Plan& plan, std::string_view unsent_body);
  void judge(const Plan& plan, const Result& result);
  std::string fault_of(const Plan& plan, const Result& result);
  std::string fault_of_refusal(const Plan& plan, const Result& result);
  void settle(const Plan& plan, const Result& result);

  Ledger& ledger_;
  std::uint16_t port_;
  std::optional<Connection> connection_;
};

}  // namespace jkproxy::exchanges

// A whole jkproxy between clients and workers that follow plans made by chance: valid and nearly
// valid requests, workers that break at every moment. Each answer is held against its plan.
//
//   JKPROXY_EXCHANGES=1000000                       as many
//   JKPROXY_SEED=4711                               this one alone
//   JKPROXY_SEED=500001 JKPROXY_EXCHANGES=100000    as many from this one on

#include "tests/exchanges/scripted_client.hpp"
#include "tests/exchanges/scripted_worker.hpp"
#include "tests/integration/whole_proxy.hpp"

namespace jkproxy::exchanges {
namespace {

constexpr std::size_t clients = 4;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const auto* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Exchanges : public WholeProxy {
 protected:
  // Workers that break are asked again soon.
  void start_with(Ledger& ledger) {
    for (const auto* name : {"node1", "node2", "node3"})
      add_worker(name, workers.emplace_back(std::make_unique<ScriptedWorker>(ledger))->port());
    balancer().recover_time = std::chrono::milliseconds{10};
    balancer().takeover.wait = std::chrono::milliseconds{100};
    settings.listeners.front().connections = 0;
    start();
  }
  ~Exchanges() override { stop(); }

  std::vector<std::unique_ptr<ScriptedWorker>> workers;
};

TEST_F(Exchanges, EachEndsAsItsPlanSays) {
  const auto seed = from_environment("JKPROXY_SEED", 0);
  const auto exchanges = from_environment("JKPROXY_EXCHANGES", seed == 0 ? 5000 : 1);
  const auto first = std::max<std::uint64_t>(seed, 1);
  Ledger ledger{first, exchanges};
  start_with(ledger);
  std::vector<std::thread> threads;
  const auto share = (exchanges + clients - 1) / clients;
  for (std::size_t i = 0; i < clients && i * share < exchanges; ++i)
    threads.emplace_back([&, i] {
      ScriptedClient{ledger, port()}.run(first + i * share, std::min(share, exchanges - i * share));
    });
  for (auto& thread : threads) thread.join();
  stop();
  workers.clear();
  const auto complaints = ledger.complaints();
  for (std::size_t i = 0; i < std::min<std::size_t>(complaints.size(), 20); ++i)
    ADD_FAILURE() << complaints[i];
  EXPECT_TRUE(complaints.empty()) << complaints.size();
  EXPECT_LT(static_cast<std::size_t>(ledger.unserved), exchanges / 100 + 1);
  std::cout << ledger.whole << " whole, " << ledger.refused << " refused, " << ledger.broken
            << " broken off as planned, " << ledger.unserved << " without a worker\n";
}

}  // namespace
}  // namespace jkproxy::exchanges

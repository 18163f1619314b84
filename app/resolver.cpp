#include "app/resolver.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <optional>
#include <vector>

#include "app/worker_addresses.hpp"

namespace jkproxy::app {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds interval{30};
constexpr std::chrono::seconds least_pause{1};

routing::Address address_of(const tcp::endpoint& endpoint) {
  routing::Address address;
  std::memcpy(&address.storage, endpoint.data(), endpoint.size());
  address.length = static_cast<socklen_t>(endpoint.size());
  return address;
}

}  // namespace

struct Resolver::Named {
  const routing::Worker& worker;
  routing::TimePoint asked_at{};
  bool under_way = false;
  bool failing = false;
};

struct Resolver::State {
  asio::steady_timer timer;
  std::shared_ptr<const routing::Snapshot> snapshot;
  routing::Clock clock;
  OnAddress on_address;
  OnFailure on_failure;
  LookUp look_up;
  std::vector<Named> named{};
  WorkerAddresses addresses{};
  bool stopped = false;

  Named* find(routing::WorkerId worker) {
    const auto found = std::find_if(named.begin(), named.end(),
                                    [&](const auto& entry) { return entry.worker.id() == worker; });
    return found == named.end() ? nullptr : &*found;
  }

  // True: it has a new address.
  bool learn(Named& entry, const std::vector<routing::Address>& found) {
    entry.failing = false;
    if (found.empty() || !addresses.learn(entry.worker.id(), found)) return false;
    on_address(entry.worker.id(), addresses.address(entry.worker.id()));
    return true;
  }

  void fail(Named& entry, const boost::system::error_code& error) {
    if (!entry.failing) on_failure(entry.worker, error.message());
    entry.failing = true;
    const bool exists_not = error == asio::error::host_not_found || error == asio::error::no_data;
    if (exists_not && addresses.lose(entry.worker.id())) on_address(entry.worker.id(), {});
  }
};

Resolver::Resolver(asio::io_context& control, std::shared_ptr<const routing::Snapshot> snapshot,
                   routing::Clock clock, OnAddress on_address, OnFailure on_failure, LookUp look_up)
    : state_{std::make_shared<State>(State{.timer = asio::steady_timer{control},
                                           .snapshot = std::move(snapshot),
                                           .clock = std::move(clock),
                                           .on_address = std::move(on_address),
                                           .on_failure = std::move(on_failure),
                                           .look_up = std::move(look_up)})} {
  for (const auto& worker : state_->snapshot->workers)
    if (!routing::literal_address(worker->settings.address))
      state_->named.push_back({.worker = *worker});
}

Resolver::~Resolver() {
  stop();
}

void Resolver::start() {
  if (state_->named.empty()) return;
  for (auto& named : state_->named) resolve(state_, named);
  wait(state_);
}

void Resolver::stop() {
  state_->stopped = true;
  state_->timer.cancel();
}

void Resolver::resolve_soon(routing::WorkerId worker) {
  auto* const found = state_->find(worker);
  if (found == nullptr) return;
  if (state_->clock() - found->asked_at >= least_pause) resolve(state_, *found);
}

void Resolver::resolve(const std::shared_ptr<State>& state, Named& named) {
  if (named.under_way || state->stopped) return;
  named.under_way = true;
  named.asked_at = state->clock();
  const auto found = [state, &named](const auto& addresses, const auto& error) {
    named.under_way = false;
    if (state->stopped) return;
    if (error) return state->fail(named, error);
    if (!state->learn(named, addresses)) return;
    for (const auto other : state->addresses.sharing(named.worker.id()))
      if (auto* sharer = state->find(other)) resolve(state, *sharer);
  };
  state->look_up(named.worker.settings.address, found);
}

bool Resolver::has_names() const {
  return !state_->named.empty();
}

void Resolver::wait(const std::shared_ptr<State>& state) {
  state->timer.expires_after(interval);
  state->timer.async_wait([state](const boost::system::error_code& error) {
    if (error || state->stopped) return;
    for (auto& named : state->named) resolve(state, named);
    wait(state);
  });
}

Resolver::LookUp system_look_up(asio::io_context& control) {
  return [resolver = std::make_shared<tcp::resolver>(control)](const config::Endpoint& endpoint,
                                                               Resolver::Found found) {
    resolver->async_resolve(
        endpoint.host, std::to_string(endpoint.port),
        [found = std::move(found)](const boost::system::error_code& error, const auto& results) {
          std::vector<routing::Address> addresses;
          for (const auto& result : results) addresses.push_back(address_of(result.endpoint()));
          const auto none = make_error_code(asio::error::no_data);
          found(addresses, error || !addresses.empty() ? error : none);
        });
  };
}

}  // namespace jkproxy::app

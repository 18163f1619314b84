#include "app/resolver.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <optional>
#include <vector>

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
  std::optional<routing::Address> address{};
  routing::TimePoint asked_at{};
  bool under_way = false;
  bool failing = false;
};

struct Resolver::State {
  tcp::resolver resolver;
  asio::steady_timer timer;
  std::shared_ptr<const routing::Snapshot> snapshot;
  routing::Clock clock;
  OnAddress on_address;
  OnFailure on_failure;
  std::vector<Named> named{};
  bool stopped = false;

  void learn(Named& entry, const tcp::resolver::results_type& results) {
    entry.failing = false;
    const auto same = [&](const auto& result) {
      return entry.address && address_of(result.endpoint()) == *entry.address;
    };
    if (results.empty() || std::any_of(results.begin(), results.end(), same)) return;
    entry.address = address_of(results.begin()->endpoint());
    on_address(entry.worker.id(), *entry.address);
  }

  void fail(Named& entry, const std::string& why) {
    if (!entry.failing) on_failure(entry.worker, why);
    entry.failing = true;
  }
};

Resolver::Resolver(asio::io_context& control, std::shared_ptr<const routing::Snapshot> snapshot,
                   routing::Clock clock, OnAddress on_address, OnFailure on_failure)
    : state_{std::make_shared<State>(State{.resolver = tcp::resolver{control},
                                           .timer = asio::steady_timer{control},
                                           .snapshot = std::move(snapshot),
                                           .clock = std::move(clock),
                                           .on_address = std::move(on_address),
                                           .on_failure = std::move(on_failure)})} {
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
  state_->resolver.cancel();
  state_->timer.cancel();
}

void Resolver::resolve_soon(routing::WorkerId worker) {
  const auto found = std::find_if(state_->named.begin(), state_->named.end(),
                                  [&](const auto& named) { return named.worker.id() == worker; });
  if (found == state_->named.end()) return;
  if (state_->clock() - found->asked_at >= least_pause) resolve(state_, *found);
}

void Resolver::resolve(const std::shared_ptr<State>& state, Named& named) {
  if (named.under_way || state->stopped) return;
  named.under_way = true;
  named.asked_at = state->clock();
  const auto& endpoint = named.worker.settings.address;
  state->resolver.async_resolve(endpoint.host, std::to_string(endpoint.port),
                                [state, &named](const boost::system::error_code& error,
                                                const tcp::resolver::results_type& results) {
                                  named.under_way = false;
                                  if (state->stopped) return;
                                  if (error) return state->fail(named, error.message());
                                  state->learn(named, results);
                                });
}

void Resolver::wait(const std::shared_ptr<State>& state) {
  state->timer.expires_after(interval);
  state->timer.async_wait([state](const boost::system::error_code& error) {
    if (error || state->stopped) return;
    for (auto& named : state->named) resolve(state, named);
    wait(state);
  });
}

}  // namespace jkproxy::app

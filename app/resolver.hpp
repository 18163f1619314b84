#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "routing/address.hpp"
#include "routing/clock.hpp"
#include "routing/snapshot.hpp"

namespace jkproxy::app {

// Finds the addresses of workers that are given by name: at start, every 30 s, and soon after a
// failed connect. What is kept and what is forgotten: see WorkerAddresses. Control thread.
class Resolver {
 public:
  using OnAddress = std::function<void(routing::WorkerId, const std::optional<routing::Address>&)>;
  using OnFailure = std::function<void(const routing::Worker&, const std::string& why)>;
  // `addresses`: all of the name, or none and an error.
  using Found = std::function<void(const std::vector<routing::Address>& addresses,
                                   const boost::system::error_code& error)>;
  // Finds the addresses of a name without blocking; calls back on the control thread, later.
  using LookUp = std::function<void(const config::Endpoint&, Found)>;

  // `on_address`: the first address, a new one, or none any more. `on_failure`: once until it works
  // again.
  Resolver(boost::asio::io_context& control, std::shared_ptr<const routing::Snapshot> snapshot,
           routing::Clock clock, OnAddress on_address, OnFailure on_failure, LookUp look_up);
  ~Resolver();  // stops
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  void start();
  void stop();
  // After a failed connect; at most once a second and worker.
  void resolve_soon(routing::WorkerId worker);
  bool has_names() const;  // any that are looked up at all

 private:
  struct Named;
  struct State;
  static void resolve(const std::shared_ptr<State>& state, Named& named);
  static void wait(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;  // shared with look-ups under way
};

// The system's: /etc/hosts, DNS and whatever else it is set up for, on a thread of Asio's own.
Resolver::LookUp system_look_up(boost::asio::io_context& control);

}  // namespace jkproxy::app

#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/settings.hpp"
#include "health/worker_health.hpp"
#include "routing/address.hpp"

namespace jkproxy::health {

struct CheckReport {
  CheckResult result = CheckResult::no_evidence;
  bool gave_bytes = false;  // the worker sent a response head, whatever it said
  std::optional<routing::TimePoint> connecting_since{};  // no connection came in time
  std::string cause;                                     // "status 503", "connection refused"
};

// What it says about the worker, which gave a byte or accepted a connection last at `got_through`:
// as with a request, a connect that times out counts only while nobody else gets through.
CheckResult evidence_of(const CheckReport& report, routing::TimePoint got_through);

// The active check of one worker: `GET path` over one connection of its own, which is kept between
// checks and watched: the witness. If it ends unannounced, the worker's process has ended, even if
// another one answers a moment later. Control thread.
class HealthCheck {
 public:
  using OnReport = std::function<void(const CheckReport&)>;

  // `idle_timeout`: a witness that ends after so long without a request proves nothing, unless the
  // worker said that it waits longer (Keep-Alive: timeout). `host`: value of the Host field.
  // `on_report` is called after each check and when the witness ends, never after `stop`.
  HealthCheck(boost::asio::io_context& io, const config::HealthCheckSettings& settings,
              milliseconds idle_timeout, std::string host, routing::Clock clock,
              OnReport on_report);
  ~HealthCheck();  // stops
  HealthCheck(const HealthCheck&) = delete;
  HealthCheck& operator=(const HealthCheck&) = delete;

  // What goes out first on each new connection, such as a PROXY header. Before `start`.
  void say_first(std::string bytes);
  // Where to connect from the next connection on. Without an address every check fails.
  void set_address(const std::optional<routing::Address>& address);
  // The first check begins at once, the next one `interval` after the end of the last.
  void start();
  // The next check begins now, if none is under way.
  void hurry();
  void stop();

 private:
  struct Session;
  static boost::asio::awaitable<void> run(std::shared_ptr<Session> session);
  static boost::asio::awaitable<void> rest(Session& session);
  static boost::asio::awaitable<CheckReport> check(Session& session);
  static boost::asio::awaitable<CheckReport> attempt(Session& session);
  static boost::asio::awaitable<void> watch_unanswered(Session& session);
  static CheckReport silence(Session& session, routing::TimePoint begin);
  static boost::asio::awaitable<CheckReport> ask(Session& session);

  std::shared_ptr<Session> session_;  // shared with the coroutine, which may end later
};

}  // namespace jkproxy::health

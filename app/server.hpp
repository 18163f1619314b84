#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/resolver.hpp"
#include "config/settings.hpp"
#include "health/health_monitor.hpp"
#include "proxy/io_thread.hpp"
#include "proxy/open_listeners.hpp"
#include "routing/choose_worker.hpp"
#include "status/status_service.hpp"

namespace jkproxy::app {

// The whole proxy but for signals and command line; several may live in one process. `start`, then
// `wait` on the thread that becomes the control thread.
class Server {
 public:
  Server(config::Settings settings, routing::Clock clock, std::shared_ptr<spdlog::logger> log);
  ~Server();  // stops at once
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds everything and starts the I/O threads. Throws std::runtime_error with one clear line;
  // nothing runs then.
  void start();

  // After `start`: the real ports, in the order of the configuration; 0 for unix sockets.
  const std::vector<std::uint16_t>& listener_ports() const { return listener_ports_; }
  std::uint16_t status_port() const { return status_port_; }  // 0: no status

  // The control loop; returns when all has stopped. Once.
  void wait();

  // After `start`: workers are given by name, and ~Server waits for a look-up that is under way.
  bool has_names() const { return resolver_->has_names(); }

  // Any thread. Graceful: what is under way is finished, for at most shutdown_timeout.
  void begin_stop();
  // Any thread. At once: connections are closed.
  void stop_now();
  // Any thread.
  void reopen_access_log();
  // Any thread: the operator's wish, until the end of the process.
  void set_activation(routing::WorkerId worker, routing::Activation activation);

  // For what else belongs on the control thread; runs in `wait` only.
  boost::asio::io_context& control() { return control_; }
  const routing::Snapshot& snapshot() const { return *snapshot_; }

 private:
  class OpenSockets;
  int thread_count() const;
  OpenSockets open_sockets() const;
  void make_threads();
  void make_monitor();
  void make_resolver();
  void run_threads();
  void log_start(const OpenSockets& sockets) const;
  void check_worker(const std::shared_ptr<proxy::WorkerCheck>& question);
  void on_change(const health::WorkerChange& change);
  void set_address(routing::WorkerId worker, const std::optional<routing::Address>& address);
  status::Report report() const;
  void drain();
  void end();
  void join();
  void thread_ended();

  const config::Settings settings_;
  const routing::Clock clock_;
  const routing::TimePoint started_;
  const std::shared_ptr<spdlog::logger> log_;
  boost::asio::io_context control_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  const std::shared_ptr<const routing::Snapshot> snapshot_;
  routing::TakeoverTable takeovers_;
  routing::Router router_;
  proxy::Admission admission_;
  proxy::ReplayMemory replay_memory_;
  std::unique_ptr<proxy::AccessLogWriter> access_log_;
  std::unique_ptr<health::HealthMonitor> monitor_;
  std::unique_ptr<proxy::Shared> shared_;
  std::vector<std::unique_ptr<proxy::IoThread>> io_threads_;
  std::vector<std::thread> threads_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<status::StatusService> status_;
  boost::asio::steady_timer shutdown_timer_;
  std::vector<std::uint16_t> listener_ports_;
  std::uint16_t status_port_ = 0;
  std::size_t running_ = 0;  // I/O threads; control thread only
  bool stopping_ = false;    // ditto
};

}  // namespace jkproxy::app

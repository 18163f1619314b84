#include "app/server.hpp"

#include <pthread.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <stdexcept>
#include <utility>

#include "app/farm_summary.hpp"
#include "app/open_or_explain.hpp"
#include "app/service_notice.hpp"
#include "app/version.hpp"
#include "config/duration.hpp"

namespace jkproxy::app {

namespace asio = boost::asio;

namespace {

routing::TakeoverSecret make_secret() {
  routing::TakeoverSecret secret{};
  if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size()))
    throw std::runtime_error{"cannot get random numbers from the system"};
  return secret;
}

// A client may need a second descriptor, for its worker; some are for other things.
std::uint64_t clients_by_descriptors() {
  constexpr std::uint64_t others = 100;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return limit.rlim_cur > 2 * others ? (limit.rlim_cur - others) / 2 : others / 2;
}

proxy::Admission::Limits admission_limits(const config::Settings& settings) {
  const auto configured = static_cast<std::uint64_t>(settings.limits.connections);
  proxy::Admission::Limits limits{
      .clients = configured > 0 ? configured : clients_by_descriptors(),
      .per_address = static_cast<std::uint64_t>(settings.limits.connections_per_client),
      .listeners = {}};
  for (const auto& listener : settings.listeners)
    limits.listeners.push_back(static_cast<std::uint64_t>(listener.connections));
  return limits;
}

void add_limits(const proxy::LimitCounters& counters, std::vector<status::LimitCount>& limits) {
  limits.resize(proxy::limit_names.size() - 1);
  for (std::size_t i = 0; i < limits.size(); ++i) {
    limits[i].name = proxy::limit_names[i + 1];
    limits[i].met += counters.of(static_cast<proxy::Limit>(i + 1));
  }
}

std::string shown(config::Endpoint endpoint, std::uint16_t port) {
  if (!endpoint.is_unix()) endpoint.port = port;
  return config::to_text(endpoint);
}

}  // namespace

// Bound sockets until somebody takes them over.
class Server::OpenSockets {
 public:
  OpenSockets() = default;
  OpenSockets(OpenSockets&&) = default;
  OpenSockets& operator=(OpenSockets&&) = delete;
  OpenSockets(const OpenSockets&) = delete;
  OpenSockets& operator=(const OpenSockets&) = delete;
  ~OpenSockets() {
    for (const auto& listener : listeners)
      for (const int descriptor : listener.descriptors) ::close(descriptor);
    if (status)
      for (const int descriptor : status->descriptors) ::close(descriptor);
  }

  std::vector<proxy::OpenListener> listeners;
  std::optional<proxy::OpenListener> status;
};

Server::Server(config::Settings settings, routing::Clock clock, std::shared_ptr<spdlog::logger> log)
    : settings_{std::move(settings)},
      clock_{std::move(clock)},
      started_{clock_()},
      log_{std::move(log)},
      control_{1},
      work_{asio::make_work_guard(control_)},
      snapshot_{routing::build_snapshot(settings_, nullptr)},
      takeovers_{routing::TakeoverTable::Limits{}},
      router_{takeovers_, make_secret()},
      admission_{admission_limits(settings_)},
      replay_memory_{settings_.limits.replay_memory},
      shutdown_timer_{control_} {}

Server::~Server() {
  for (const auto& thread : io_threads_) thread->stop();
  join();
}

int Server::thread_count() const {
  if (settings_.threads > 0) return settings_.threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void Server::start() {
  auto sockets = open_sockets();
  if (!settings_.access_log.file.empty())
    access_log_ = std::make_unique<proxy::AccessLogWriter>(settings_.access_log.file);
  make_monitor();
  make_resolver();
  make_threads();
  log_start(sockets);
  for (auto& listener : sockets.listeners) {
    listener_ports_.push_back(listener.port);
    for (std::size_t i = 0; i < listener.descriptors.size(); ++i)
      io_threads_[i]->listen(listener.descriptors[i], listener.port, listener_ports_.size() - 1);
    listener.descriptors.clear();
  }
  if (sockets.status) {
    status_port_ = sockets.status->port;
    const int descriptor = std::exchange(sockets.status->descriptors, {}).front();
    status_ =
        std::make_unique<status::StatusService>(control_, descriptor, [this] { return report(); });
    status_->start();
  }
  monitor_->start();
  resolver_->start();
  run_threads();
  notify_service("READY=1\nSTATUS=" + farm_summary(*snapshot_));
}

Server::OpenSockets Server::open_sockets() const {
  OpenSockets sockets;
  for (const auto& listener : settings_.listeners)
    sockets.listeners.push_back(open_or_explain(listener.bind, thread_count()));
  if (settings_.status) sockets.status = open_or_explain(settings_.status->bind, 1);
  return sockets;
}

void Server::make_monitor() {
  monitor_ = std::make_unique<health::HealthMonitor>(
      control_, snapshot_, clock_, [this](const auto& change) { on_change(change); },
      [this](routing::WorkerId worker) { resolver_->resolve_soon(worker); });
}

void Server::make_resolver() {
  resolver_ = std::make_unique<Resolver>(
      control_, snapshot_, clock_,
      [this](routing::WorkerId worker, const std::optional<routing::Address>& address) {
        set_address(worker, address);
      },
      [this](const routing::Worker& worker, const std::string& why) {
        log_->warn("worker {}: cannot resolve {}: {}", worker.settings.name,
                   worker.settings.address.host, why);
      },
      system_look_up(control_));
}

void Server::make_threads() {
  shared_ = std::make_unique<proxy::Shared>(
      proxy::Shared{.router = router_,
                    .outcomes = *monitor_,
                    .admission = admission_,
                    .replay_memory = replay_memory_,
                    .access_log = access_log_.get(),
                    .clock = clock_,
                    .log = log_,
                    .wake =
                        [this](const routing::WaiterRef& waiter) {
                          if (waiter.thread < io_threads_.size())
                            io_threads_[waiter.thread]->wake(waiter);
                        },
                    .count_session =
                        [this](const std::shared_ptr<proxy::SessionCount>& question) {
                          question->threads_left.store(io_threads_.size());
                          for (const auto& thread : io_threads_) thread->count_session(question);
                        },
                    .check_worker =
                        [this](const std::shared_ptr<proxy::WorkerCheck>& question) {
                          asio::post(control_, [this, question] { check_worker(question); });
                        }});
  for (int i = 0; i < thread_count(); ++i)
    io_threads_.push_back(
        std::make_unique<proxy::IoThread>(static_cast<std::uint32_t>(i), *shared_, snapshot_));
}

void Server::run_threads() {
  running_ = io_threads_.size();
  for (const auto& io_thread : io_threads_) {
    threads_.emplace_back([this, thread = io_thread.get()] {
      thread->run();
      asio::post(control_, [this] { thread_ended(); });
    });
    const auto name = "jkproxy-io" + std::to_string(threads_.size() - 1);
    ::pthread_setname_np(threads_.back().native_handle(), name.c_str());
  }
}

void Server::log_start(const OpenSockets& sockets) const {
  log_->info("jkproxy {} starts with {} I/O threads", version(), io_threads_.size());
  for (std::size_t i = 0; i < sockets.listeners.size(); ++i)
    log_->info("listening on {}", shown(settings_.listeners[i].bind, sockets.listeners[i].port));
  if (sockets.status)
    log_->info("status on {}", shown(settings_.status->bind, sockets.status->port));
  for (const auto& balancer : snapshot_->balancers)
    for (const auto& member : balancer.members) {
      const auto& worker = member.worker->settings;
      log_->info("balancer {}: worker {} at {}, route {}, {}", balancer.settings.name, worker.name,
                 worker.url, worker.route, config::to_text(worker.activation));
    }
}

void Server::on_change(const health::WorkerChange& change) {
  const auto level =
      change.to == routing::WorkerState::error ? spdlog::level::warn : spdlog::level::info;
  log_->log(level, "worker {}: {} -> {}: {}", change.worker.settings.name,
            routing::to_text(change.from), routing::to_text(change.to), change.cause);
  notify_service("STATUS=" + farm_summary(*snapshot_));
  if (change.to != routing::WorkerState::error || !change.silent) return;
  // A dead process ends its connections itself, a stopping one still answers what is under way;
  // only behind silence would requests wait for nothing.
  for (const auto& thread : io_threads_) thread->break_off(change.worker.id());
}

void Server::check_worker(const std::shared_ptr<proxy::WorkerCheck>& question) {
  using Verdict = proxy::WorkerCheck::Verdict;
  monitor_->check_now(question->worker, [this, question](bool lives) {
    question->verdict.store(lives ? Verdict::lives : Verdict::dead);
    shared_->wake(question->asker);
  });
}

void Server::set_address(routing::WorkerId worker, const std::optional<routing::Address>& address) {
  const auto& name = snapshot_->worker(worker)->settings.name;
  if (address)
    log_->info("worker {} is at {}", name, routing::host_text(*address));
  else
    log_->warn("worker {} has no address: another worker is where it was", name);
  monitor_->set_address(worker, address);
  for (const auto& thread : io_threads_) thread->set_address(worker, address);
}

status::Report Server::report() const {
  status::Facts facts{.snapshot = *snapshot_,
                      .standings = {},
                      .takeovers = takeovers_.counts(),
                      .totals = {.threads = io_threads_.size()},
                      .version = version(),
                      .started = started_,
                      .now = clock_(),
                      .stopping = stopping_};
  for (const auto& worker : snapshot_->workers) {
    const auto report = monitor_->report(worker->id());
    facts.standings.push_back(
        {.worker = worker->id(), .cause = report.cause, .last_check = report.last_check});
  }
  for (const auto& thread : io_threads_) {
    const auto& counters = thread->counters();
    facts.totals.requests += counters.requests.load(std::memory_order_relaxed);
    facts.totals.connections += counters.connections.load(std::memory_order_relaxed);
    facts.totals.open += counters.open.load(std::memory_order_relaxed);
    facts.totals.refusals += counters.refusals.load(std::memory_order_relaxed);
    add_limits(counters.limits, facts.totals.limits);
  }
  if (access_log_) facts.totals.log_lines_dropped = access_log_->dropped();
  return status::make_report(facts);
}

void Server::wait() {
  control_.run();
  join();
  log_->info("stopped");
  log_->flush();
}

void Server::begin_stop() {
  asio::post(control_, [this] { drain(); });
}

void Server::stop_now() {
  asio::post(control_, [this] { end(); });
}

void Server::reopen_access_log() {
  if (!access_log_) return;
  for (const auto& thread : io_threads_) thread->flush_access_log();
  access_log_->reopen();
}

void Server::set_activation(routing::WorkerId worker, routing::Activation activation) {
  asio::post(control_,
             [this, worker, activation] { monitor_->set_activation(worker, activation); });
}

void Server::drain() {
  if (std::exchange(stopping_, true)) return;
  log_->info("stopping: what is under way is finished, for at most {}",
             config::duration_text(settings_.shutdown_timeout));
  notify_service("STOPPING=1\nSTATUS=finishing what is under way");
  for (const auto& thread : io_threads_) thread->drain();
  shutdown_timer_.expires_after(settings_.shutdown_timeout);
  shutdown_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    log_->warn("shutdown_timeout passed: what is still under way is broken off");
    end();
  });
}

void Server::end() {
  stopping_ = true;
  for (const auto& thread : io_threads_) thread->stop();
}

void Server::thread_ended() {
  if (--running_ > 0) return;
  shutdown_timer_.cancel();
  status_.reset();
  monitor_->stop();
  resolver_->stop();
  work_.reset();
  control_.stop();
}

void Server::join() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  io_threads_.clear();
  access_log_.reset();  // writes out what it has
}

}  // namespace jkproxy::app

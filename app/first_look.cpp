#include "app/first_look.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace jkproxy::app {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds patience{2};

struct Tally {
  std::shared_ptr<spdlog::logger> log;
  std::size_t looked_at = 0;
  std::size_t accepting = 0;
  std::size_t open = 0;  // looks not yet ended

  void end(const config::WorkerSettings& worker, const boost::system::error_code& error) {
    if (error)
      log->warn("worker {} at {} does not accept connections: {}", worker.name, worker.url,
                error == asio::error::operation_aborted ? "no answer" : error.message());
    else
      ++accepting;
    if (--open == 0) log->info("farm: {} of {} workers accept connections", accepting, looked_at);
  }
};

struct Look : std::enable_shared_from_this<Look> {
  Look(asio::io_context& control, const config::WorkerSettings& its_worker,
       std::shared_ptr<Tally> its_tally)
      : worker{its_worker},
        tally{std::move(its_tally)},
        resolver{control},
        socket{control},
        timer{control, patience} {}

  void begin() {
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error) return;
      self->resolver.cancel();
      boost::system::error_code ignored;
      self->socket.close(ignored);
    });
    resolver.async_resolve(
        worker.address.host, std::to_string(worker.address.port),
        [self = shared_from_this()](const boost::system::error_code& error, const auto& found) {
          if (error) return self->end(error);
          self->connect(found);
        });
  }

  void connect(const tcp::resolver::results_type& found) {
    asio::async_connect(socket, found,
                        [self = shared_from_this()](const boost::system::error_code& error,
                                                    const auto&) { self->end(error); });
  }

  void end(const boost::system::error_code& error) {
    timer.cancel();
    tally->end(worker, error);
  }

  const config::WorkerSettings worker;
  const std::shared_ptr<Tally> tally;
  tcp::resolver resolver;
  tcp::socket socket;
  asio::steady_timer timer;
};

}  // namespace

void look_at_farm(asio::io_context& control, const routing::Snapshot& snapshot,
                  std::shared_ptr<spdlog::logger> log) {
  auto tally = std::make_shared<Tally>(Tally{.log = std::move(log)});
  for (const auto& worker : snapshot.workers) {
    if (worker->settings.activation == config::Activation::stopped) continue;
    if (worker->settings.address.is_unix()) continue;
    tally->looked_at = ++tally->open;
    std::make_shared<Look>(control, worker->settings, tally)->begin();
  }
}

}  // namespace jkproxy::app

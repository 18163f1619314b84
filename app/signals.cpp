#include "app/signals.hpp"

#include <csignal>
#include <utility>

namespace jkproxy::app {

Signals::Signals(boost::asio::io_context& control, Actions actions)
    : set_{control}, actions_{std::move(actions)} {
  std::signal(SIGPIPE, SIG_IGN);
  for (const int signal : {SIGTERM, SIGQUIT, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) set_.add(signal);
  wait();
}

void Signals::wait() {
  set_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    act(signal);
    wait();
  });
}

void Signals::act(int signal) {
  switch (signal) {
    case SIGTERM:
    case SIGQUIT:
      if (!std::exchange(stopping_, true)) return actions_.begin_stop();
      if (signal == SIGTERM) actions_.stop_now();
      return;
    case SIGINT: return actions_.stop_now();
    case SIGHUP: return actions_.check_file();
    case SIGUSR1: return actions_.reopen();
    case SIGUSR2: return actions_.ignored();
    default: return;
  }
}

}  // namespace jkproxy::app

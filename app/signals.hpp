#pragma once

#include <boost/asio/signal_set.hpp>
#include <functional>

namespace jkproxy::app {

// What signals do (nginx's set, with a graceful TERM). Lives on the control thread.
class Signals {
 public:
  struct Actions {
    std::function<void()> begin_stop;  // TERM, QUIT
    std::function<void()> stop_now;    // INT, or TERM after a first TERM or QUIT
    std::function<void()> check_file;  // HUP
    std::function<void()> reopen;      // USR1
    std::function<void()> ignored;     // USR2
  };

  // Ignores SIGPIPE for the whole process and takes the others from here on.
  Signals(boost::asio::io_context& control, Actions actions);

 private:
  void wait();
  void act(int signal);

  boost::asio::signal_set set_;
  Actions actions_;
  bool stopping_ = false;
};

}  // namespace jkproxy::app

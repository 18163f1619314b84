#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <memory>

#include "routing/snapshot.hpp"

namespace jkproxy::app {

// Connects once to every worker that is not stopped, and logs which of them accept: who starts a
// proxy wants to know at once that a Tomcat is not there. Decides nothing about any worker's state.
// Runs on `control`; gives each worker two seconds.
void look_at_farm(boost::asio::io_context& control, const routing::Snapshot& snapshot,
                  std::shared_ptr<spdlog::logger> log);

}  // namespace jkproxy::app

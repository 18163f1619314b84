#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <memory>

#include "config/settings.hpp"

namespace jkproxy::app {

// The error log: states of workers, displaced sessions, start and stop. No session id stands in it
// in full. Its logger may be used from any thread.
struct ErrorLog {
  std::shared_ptr<spdlog::logger> logger;
  // Opens the file again, for log rotation. Throws spdlog::spdlog_ex where that fails.
  std::function<void()> reopen;
};

// Path, `stdout` or `stderr`. Throws std::runtime_error with one clear line if it cannot open.
ErrorLog open_error_log(const config::LogSettings& settings);

}  // namespace jkproxy::app

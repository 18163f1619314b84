#include "app/error_log.hpp"

#include <spdlog/details/file_helper.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <system_error>

namespace jkproxy::app {

namespace {

// spdlog's own file sink cannot open its file again.
class FileSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FileSink(const std::string& path) { file_.open(path); }

  void reopen() {
    const std::lock_guard lock{mutex_};
    file_.reopen(false);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_.write(line);
  }
  void flush_() override { file_.flush(); }

 private:
  spdlog::details::file_helper file_;
};

spdlog::level::level_enum level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug: return spdlog::level::debug;
    case config::LogLevel::info: return spdlog::level::info;
    case config::LogLevel::warning: return spdlog::level::warn;
    case config::LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<FileSink> open_file(const std::string& path) {
  try {
    return std::make_shared<FileSink>(path);
  } catch (const spdlog::spdlog_ex&) {
    throw std::runtime_error{"cannot open the log " + path + ": " +
                             std::generic_category().message(errno)};
  }
}

}  // namespace

ErrorLog open_error_log(const config::LogSettings& settings) {
  spdlog::sink_ptr sink;
  std::function<void()> reopen = [] {};
  if (settings.file == "stderr") {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else if (settings.file == "stdout") {
    sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  } else {
    auto file = open_file(settings.file);
    reopen = [file] { file->reopen(); };
    sink = std::move(file);
  }
  auto logger = std::make_shared<spdlog::logger>("jkproxy", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z [%l] %v");
  logger->set_level(level_of(settings.level));
  logger->flush_on(spdlog::level::debug);  // few lines, and each may be the last
  return {.logger = std::move(logger), .reopen = std::move(reopen)};
}

}  // namespace jkproxy::app

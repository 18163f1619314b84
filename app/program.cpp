#include "app/program.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>

#include "app/command_line.hpp"
#include "app/descriptor_limit.hpp"
#include "app/error_log.hpp"
#include "app/first_look.hpp"
#include "app/server.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"
#include "app/wrong_use.hpp"
#include "config/load.hpp"

namespace jkproxy::app {

namespace {

constexpr int good = 0;
constexpr int failed = 1;

config::Result load(const CommandLine& line, config::Warnings warnings) {
  return line.has_file() ? config::load_file(line.file, warnings)
                         : config::from_command_line(line.listeners, line.workers, warnings);
}

// HUP: there is no reload, but whoever sends it wants to know what a restart would do.
void check_file(const CommandLine& line, const config::Settings& running, spdlog::logger& log) {
  if (!line.has_file()) return log.warn("SIGHUP: there is no configuration file to read again");
  const auto result = load(line, nullptr);
  if (const auto* errors = std::get_if<std::vector<config::Error>>(&result)) {
    log.error("SIGHUP: {} is not good; the running configuration stays", line.file);
    for (const auto& error : *errors) log.error("{}", config::to_text(error));
    return;
  }
  if (std::get<config::Settings>(result) == running)
    return log.info("SIGHUP: {} is good and has not changed", line.file);
  log.warn("SIGHUP: {} is good and has changed; a restart is needed to use it", line.file);
}

void reopen_logs(const ErrorLog& log, Server& server) {
  try {
    log.reopen();
    server.reopen_access_log();
    log.logger->info("SIGUSR1: logs opened again");
  } catch (const std::exception& error) {
    log.logger->error("SIGUSR1: cannot open a log again: {}", error.what());
  }
}

Signals::Actions actions_of(const CommandLine& line, const config::Settings& settings,
                            const ErrorLog& log, Server& server) {
  return {.begin_stop = [&server] { server.begin_stop(); },
          .stop_now =
              [&log, &server] {
                log.logger->info("stopping at once");
                server.stop_now();
              },
          .check_file = [&line, &settings, &log] { check_file(line, settings, *log.logger); },
          .reopen = [&log, &server] { reopen_logs(log, server); },
          .ignored = [&log] { log.logger->info("SIGUSR2 is ignored"); }};
}

int serve(const CommandLine& line, const config::Settings& settings) {
  const auto log = open_error_log(settings.log);
  log.logger->debug("at most {} open descriptors", raise_descriptor_limit());
  Server server{settings, [] { return std::chrono::steady_clock::now(); }, log.logger};
  const Signals signals{server.control(), actions_of(line, settings, log, server)};
  server.start();
  look_at_farm(server.control(), server.snapshot(), log.logger);
  server.wait();
  // A name server that does not answer shall not hold up the end.
  if (server.has_names()) std::_Exit(good);
  return good;
}

int with_settings(const CommandLine& line, const config::Settings& settings) {
  switch (line.action) {
    case CommandLine::Action::check:
      std::cout << "jkproxy: " << (line.has_file() ? line.file : "the command line")
                << " is good\n";
      return good;
    case CommandLine::Action::print: std::cout << config::to_yaml(settings); return good;
    case CommandLine::Action::serve:
    case CommandLine::Action::version:
    case CommandLine::Action::versions: break;
  }
  return serve(line, settings);
}

int run(const CommandLine& line) {
  if (line.action == CommandLine::Action::version) {
    std::cout << "jkproxy " << version() << "\n";
    return good;
  }
  if (line.action == CommandLine::Action::versions) {
    std::cout << versions();
    return good;
  }
  if (!line.has_arguments && !std::filesystem::exists(line.file)) {
    std::cerr << first_steps(line.file);
    return failed;
  }
  std::vector<config::Error> warnings;
  const auto result = load(line, &warnings);
  if (const auto* errors = std::get_if<std::vector<config::Error>>(&result)) {
    for (const auto& error : *errors) std::cerr << config::to_text(error) << "\n";
    return failed;
  }
  for (const auto& warning : warnings) std::cerr << "warning: " << config::to_text(warning) << "\n";
  return with_settings(line, std::get<config::Settings>(result));
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
  const auto parsed = parse_command_line(arguments);
  if (const auto* ending = std::get_if<Ending>(&parsed)) {
    (ending->exit_code == good ? std::cout : std::cerr) << ending->text;
    return ending->exit_code;
  }
  try {
    return run(std::get<CommandLine>(parsed));
  } catch (const std::exception& error) {
    std::cerr << "jkproxy: " << error.what() << "\n";
    return failed;
  }
}

}  // namespace jkproxy::app

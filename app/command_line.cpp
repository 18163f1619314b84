#include "app/command_line.hpp"

#include <CLI/CLI.hpp>

#include "app/wrong_use.hpp"

namespace jkproxy::app {

namespace {

constexpr const char* description =
    "jkproxy: a reverse proxy for Tomcat farms with sticky sessions.\n"
    "\n"
    "  jkproxy -c jkproxy.yaml\n"
    "  jkproxy --listen :8080 --worker node1=http://127.0.0.1:8081 "
    "--worker node2=http://127.0.0.1:8082\n";

constexpr const char* footer =
    "\nSignals: TERM and QUIT stop gracefully, a second TERM or INT at once; HUP checks the file,\n"
    "USR1 opens the logs again.\n"
    "Exit codes: 0 good, 1 configuration or run-time error, 2 wrong use.";

constexpr const char* examples =
    "Without a file: jkproxy --listen :8080 --worker node1=http://127.0.0.1:8081\n"
    "With a file:    jkproxy -c jkproxy.yaml\n"
    "All options:    jkproxy -h\n";

Ending wrong_use(const std::string& message) {
  return {.exit_code = 2, .text = "jkproxy: " + message + "\n" + examples};
}

struct Flags {
  bool check = false;
  bool print = false;
  bool version = false;
  bool versions = false;

  CommandLine::Action action() const {
    if (version) return CommandLine::Action::version;
    if (versions) return CommandLine::Action::versions;
    if (print) return CommandLine::Action::print;
    return check ? CommandLine::Action::check : CommandLine::Action::serve;
  }
};

void declare(CLI::App& cli, CommandLine& line, Flags& flags) {
  cli.footer(footer);
  cli.set_help_flag("-h,--help", "Print this text");
  auto* file = cli.add_option("-c,--config", line.file, "The configuration file");
  file->type_name("FILE")->capture_default_str();
  cli.add_flag("-t", flags.check, "Check the configuration and exit");
  cli.add_flag("-T", flags.print, "Check it, print it with every default filled in, and exit");
  cli.add_flag("-v,--version", flags.version, "Print the version");
  cli.add_flag("-V", flags.versions, "Print the version, and those of compiler and libraries");
  auto* listen = cli.add_option("--listen", line.listeners, "Listen here, without a file");
  listen->type_name("[ADDRESS]:PORT")->allow_extra_args(false)->excludes(file);
  auto* worker = cli.add_option("--worker", line.workers, "A Tomcat; its jvmRoute is NAME");
  worker->type_name("NAME=URL")->allow_extra_args(false)->excludes(file);
  listen->needs(worker);
  worker->needs(listen);
}

}  // namespace

std::variant<CommandLine, Ending> parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  Flags flags;
  CLI::App cli{description, "jkproxy"};
  declare(cli, line, flags);
  try {
    cli.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});  // its own order
  } catch (const CLI::CallForHelp&) {
    return Ending{.exit_code = 0, .text = cli.help()};
  } catch (const CLI::ExtrasError&) {
    return wrong_use(unexpected_argument(cli.remaining().front()));
  } catch (const CLI::ParseError& error) {
    return wrong_use(error.what());
  }
  line.action = flags.action();
  line.has_arguments = !arguments.empty();
  return line;
}

}  // namespace jkproxy::app

#pragma once

#include <string>
#include <variant>
#include <vector>

namespace jkproxy::app {

// What the caller wants.
struct CommandLine {
  enum class Action {
    serve,
    check,     // -t: is the file good?
    print,     // -T: the file with every default filled in
    version,   // -v
    versions,  // -V: of what it is built with, too
  };

  Action action = Action::serve;
  std::string file = "/etc/jkproxy/jkproxy.yaml";
  std::vector<std::string> listeners;  // with `workers`: instead of the file
  std::vector<std::string> workers;

  bool has_arguments = false;

  bool has_file() const { return workers.empty(); }
};

// The command line ends the program by itself: -h (0), or a wrong use of it (2).
struct Ending {
  int exit_code = 0;
  std::string text;
};

// Without the program's own name.
std::variant<CommandLine, Ending> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace jkproxy::app

#include "app/wrong_use.hpp"

#include <array>

#include "config/nearest.hpp"

namespace jkproxy::app {

namespace {

constexpr std::array<std::string_view, 5> long_options{"--config", "--version", "--help",
                                                       "--listen", "--worker"};

struct Word {
  std::string_view word;
  std::string_view instead;
};
constexpr Word words[] = {
    {"start", "`jkproxy -c FILE`, or `systemctl start jkproxy`"},
    {"run", "`jkproxy -c FILE`, or `systemctl start jkproxy`"},
    {"stop", "`kill -TERM PID`, or `systemctl stop jkproxy`"},
    {"quit", "`kill -TERM PID`, or `systemctl stop jkproxy`"},
    {"restart", "`systemctl restart jkproxy`"},
    {"reload", "`systemctl restart jkproxy`; there is no reload yet"},
    {"reopen", "`kill -USR1 PID`"},
    {"status", "`curl` the address of `status: { bind: ... }`"},
    {"test", "`jkproxy -t -c FILE`"},
    {"configtest", "`jkproxy -t -c FILE`"},
    {"check", "`jkproxy -t -c FILE`"},
    {"version", "`jkproxy -v`"},
    {"help", "`jkproxy -h`"},
};

std::string of_option(std::string_view argument) {
  const auto typed = argument.substr(0, argument.find('='));
  const auto near = config::nearest(typed, long_options);
  auto text = "unknown option " + std::string{typed};
  return near.empty() ? text : text + "; did you mean " + std::string{near} + "?";
}

}  // namespace

std::string unexpected_argument(std::string_view argument) {
  if (argument.starts_with('-')) return of_option(argument);
  const std::string shown{argument};
  for (const auto& [word, instead] : words)
    if (word == argument) return "there is no command " + shown + "; use " + std::string{instead};
  if (argument.ends_with(".yaml") || argument.ends_with(".yml") || argument.starts_with('/'))
    return "a configuration file is given by -c: jkproxy -c " + shown;
  if (argument.find("=http") != std::string_view::npos || argument.starts_with("http"))
    return "a Tomcat is given by --worker NAME=URL: --worker " +
           (argument.starts_with("http") ? "node1=" + shown : shown);
  if (argument.find(':') != std::string_view::npos)
    return "a listener is given by --listen: --listen " + shown;
  return "unexpected argument " + shown;
}

std::string first_steps(std::string_view file) {
  return "jkproxy: there is no configuration file " + std::string{file} +
         " yet\n"
         "\n"
         "A proxy in one line:\n"
         "  jkproxy --listen :8080 --worker node1=http://127.0.0.1:8081 "
         "--worker node2=http://127.0.0.1:8082\n"
         "\n"
         "Or write a file, such as jkproxy.yaml; a worker's name is its Tomcat's jvmRoute:\n"
         "  listeners:\n"
         "    - bind: \":8080\"\n"
         "  workers:\n"
         "    node1: { url: \"http://127.0.0.1:8081\" }\n"
         "    node2: { url: \"http://127.0.0.1:8082\" }\n"
         "\n"
         "and\n"
         "  jkproxy -t -c jkproxy.yaml   checks it\n"
         "  jkproxy -c jkproxy.yaml      runs it\n"
         "\n"
         "All options: jkproxy -h. All keys: man jkproxy.yaml\n";
}

}  // namespace jkproxy::app

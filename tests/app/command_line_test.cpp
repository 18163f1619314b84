#include "app/command_line.hpp"

#include <gtest/gtest.h>

namespace jkproxy::app {
namespace {

using Action = CommandLine::Action;

TEST(CommandLine, KnowsItsActions) {
  const struct {
    std::vector<std::string> arguments;
    Action action;
    const char* file;
  } cases[] = {{{}, Action::serve, "/etc/jkproxy/jkproxy.yaml"},
               {{"-c", "a.yaml"}, Action::serve, "a.yaml"},
               {{"--config", "a.yaml"}, Action::serve, "a.yaml"},
               {{"--config=a.yaml", "-t"}, Action::check, "a.yaml"},
               {{"-T", "-c", "a.yaml"}, Action::print, "a.yaml"},
               {{"-t", "-T"}, Action::print, "/etc/jkproxy/jkproxy.yaml"},
               {{"-v"}, Action::version, "/etc/jkproxy/jkproxy.yaml"},
               {{"-V"}, Action::versions, "/etc/jkproxy/jkproxy.yaml"}};
  for (const auto& one : cases) {
    const auto parsed = parse_command_line(one.arguments);
    ASSERT_TRUE(std::holds_alternative<CommandLine>(parsed));
    EXPECT_EQ(std::get<CommandLine>(parsed).action, one.action);
    EXPECT_EQ(std::get<CommandLine>(parsed).file, one.file);
  }
}

TEST(CommandLine, TakesListenersAndWorkersInsteadOfAFile) {
  const auto parsed = parse_command_line({"--listen", ":8080", "--worker", "a=http://h:1",
                                          "--worker", "b=http://h:2", "--listen", ":8081"});
  ASSERT_TRUE(std::holds_alternative<CommandLine>(parsed));
  const auto& line = std::get<CommandLine>(parsed);
  EXPECT_FALSE(line.has_file());
  EXPECT_EQ(line.listeners, (std::vector<std::string>{":8080", ":8081"}));
  EXPECT_EQ(line.workers, (std::vector<std::string>{"a=http://h:1", "b=http://h:2"}));
}

TEST(CommandLine, WrongUseEndsWithTwo) {
  const std::vector<std::vector<std::string>> cases{
      {"--nonsense"},
      {"extra"},
      {"-c"},
      {"--listen", ":80"},
      {"--worker", "a=http://h"},
      {"-c", "f", "--listen", ":80", "--worker", "a=http://h"}};
  for (const auto& arguments : cases) {
    const auto parsed = parse_command_line(arguments);
    ASSERT_TRUE(std::holds_alternative<Ending>(parsed)) << arguments.front();
    EXPECT_EQ(std::get<Ending>(parsed).exit_code, 2);
  }
}

TEST(CommandLine, HelpEndsWithZeroAndNamesEveryFlag) {
  const auto parsed = parse_command_line({"-h"});
  ASSERT_TRUE(std::holds_alternative<Ending>(parsed));
  const auto& ending = std::get<Ending>(parsed);
  EXPECT_EQ(ending.exit_code, 0);
  for (const auto* flag : {"--config", "-t", "-T", "-v", "-V", "--listen", "--worker"})
    EXPECT_NE(ending.text.find(flag), std::string::npos) << flag;
}

}  // namespace
}  // namespace jkproxy::app

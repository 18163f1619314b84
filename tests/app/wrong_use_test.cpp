#include "app/wrong_use.hpp"

#include <gtest/gtest.h>

#include "app/command_line.hpp"

namespace jkproxy::app {
namespace {

TEST(WrongUse, SaysWhatWasProbablyMeant) {
  const struct {
    std::vector<std::string> arguments;
    const char* said;
  } cases[] = {
      {{"--lisen", ":8080"}, "unknown option --lisen; did you mean --listen?"},
      {{"--workers=node1=http://h"}, "unknown option --workers; did you mean --worker?"},
      {{"--zzzzzzzz"}, "unknown option --zzzzzzzz\n"},
      {{"my.yaml"}, "a configuration file is given by -c: jkproxy -c my.yaml"},
      {{"node1=http://h:1"}, "--worker node1=http://h:1"},
      {{"http://h:1"}, "--worker node1=http://h:1"},
      {{":8080"}, "--listen :8080"},
      {{"reload"}, "systemctl restart jkproxy"},
      {{"nonsense"}, "unexpected argument nonsense"},
      {{"--listen", ":80"}, "--listen requires --worker"},
  };
  for (const auto& one : cases) {
    const auto parsed = parse_command_line(one.arguments);
    ASSERT_TRUE(std::holds_alternative<Ending>(parsed)) << one.said;
    const auto& ending = std::get<Ending>(parsed);
    EXPECT_EQ(ending.exit_code, 2);
    EXPECT_NE(ending.text.find(one.said), std::string::npos) << ending.text;
    EXPECT_NE(ending.text.find("jkproxy --listen :8080 --worker"), std::string::npos);
  }
}

TEST(FirstSteps, NameTheFileAndAProxyInOneLine) {
  const auto text = first_steps("/etc/jkproxy/jkproxy.yaml");
  EXPECT_NE(text.find("/etc/jkproxy/jkproxy.yaml"), std::string::npos);
  EXPECT_NE(text.find("jkproxy --listen :8080 --worker node1=http://"), std::string::npos);
}

}  // namespace
}  // namespace jkproxy::app

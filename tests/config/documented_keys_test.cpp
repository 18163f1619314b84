#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "config/load.hpp"

namespace jkproxy::config {

namespace {

// First cells of the table of keys.
std::set<std::string> documented_keys() {
  std::ifstream page{JKPROXY_DOCS "/configuration.md"};
  std::set<std::string> keys;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    const auto key = line.substr(3, line.find('`', 3) - 3);
    if (line.substr(3 + key.size()).starts_with("` |")) keys.insert(key);
  }
  return keys;
}

// The document with a value that no key takes; lists and names get their first member.
std::string only(std::string key) {
  std::string yaml;
  std::string closing;
  std::size_t end = 0;
  while ((end = key.find('.')) != std::string::npos) {
    std::string part = key.substr(0, end);
    const bool list = part.ends_with("[]");
    if (list) part.resize(part.size() - 2);
    yaml += "{ " + part + ": " + (list ? "[" : "");
    closing = (list ? "] }" : " }") + closing;
    key.erase(0, end + 1);
  }
  return yaml + "{ " + key + ": { x: 1 } }" + closing;
}

std::string errors_of(const std::string& yaml) {
  std::string text;
  const auto result =
      parse(yaml, "f", [](std::string_view) -> std::optional<std::string> { return std::nullopt; });
  if (const auto* errors = std::get_if<1>(&result))
    for (const Error& error : *errors) text += to_text(error) + "\n";
  return text;
}

TEST(DocumentedKeys, AreKnownToTheParser) {
  const auto keys = documented_keys();
  ASSERT_GT(keys.size(), 40U);
  for (const std::string& key : keys) {
    const std::string last = key.substr(key.rfind('.') + 1);
    EXPECT_EQ(errors_of(only(key)).find("unknown key \"" + last + "\""), std::string::npos)
        << only(key) << "\n"
        << errors_of(only(key));
  }
}

// The keys that an unknown key's error lists as allowed in each section.
TEST(DocumentedKeys, AreAllThatTheParserAllows) {
  const auto documented = documented_keys();
  std::set<std::string> sections{""};
  for (const std::string& key : documented)
    for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1))
      if (key.compare(dot + 1, 4, "NAME") != 0) sections.insert(key.substr(0, dot + 1));
  for (const std::string& section : sections) {
    const std::string errors = errors_of(only(section + "qqqqqqqqqq"));
    const auto from = errors.find("unknown key \"qqqqqqqqqq\"");
    ASSERT_NE(from, std::string::npos) << section << errors;
    const auto start = errors.find("allowed: ", from) + 9;
    std::string allowed = errors.substr(start, errors.find('\n', start) - start) + ", ";
    for (auto comma = allowed.find(", "); comma != std::string::npos; comma = allowed.find(", ")) {
      const std::string key = section + allowed.substr(0, comma);
      const auto next = documented.lower_bound(key);
      const bool is_known = next != documented.end() && next->starts_with(key);
      EXPECT_TRUE(is_known) << key << " is not in docs/configuration.md";
      allowed.erase(0, comma + 2);
    }
  }
}

}  // namespace

}  // namespace jkproxy::config

// The page for operators names every limit that is counted, and no other.

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "proxy/limits.hpp"

namespace jkproxy::proxy {
namespace {

TEST(DocumentedLimits, AreThoseThatAreCounted) {
  std::ifstream page{JKPROXY_DOCS "/operating.md"};
  std::vector<std::string> documented;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "| name | limit | default | what happens |") inside = true;
    if (line.empty()) inside = false;
    if (inside && line.starts_with("| `"))
      documented.push_back(line.substr(3, line.find('`', 3) - 3));
  }
  const std::vector<std::string> counted{limit_names.begin() + 1, limit_names.end()};
  EXPECT_EQ(documented, counted);
}

}  // namespace
}  // namespace jkproxy::proxy

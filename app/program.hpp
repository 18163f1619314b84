#pragma once

#include <string>
#include <vector>

namespace jkproxy::app {

// The program from its arguments (without its name) to its exit code: 0 good, 1 configuration or
// run-time error, 2 wrong use.
int run_program(const std::vector<std::string>& arguments);

}  // namespace jkproxy::app

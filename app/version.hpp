#pragma once

#include <string>

namespace jkproxy::app {

// "0.1.0".
std::string version();

// With compiler and libraries, a line each.
std::string versions();

}  // namespace jkproxy::app

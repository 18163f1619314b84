#pragma once

#include <string>
#include <string_view>

namespace jkproxy::app {

// What to say of an argument that nothing takes: the nearest option, or the way to what was
// probably meant.
std::string unexpected_argument(std::string_view argument);

// For who starts jkproxy for the first time: there is no such file yet, and no argument was given.
std::string first_steps(std::string_view file);

}  // namespace jkproxy::app

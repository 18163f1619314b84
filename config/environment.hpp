#pragma once

#include <string>
#include <string_view>

#include "config/errors.hpp"
#include "config/load.hpp"

namespace jkproxy::config {

// The text with `${NAME}` and `${NAME:-default}` filled in; `$${` stands for `${`. What is not set
// and has no default, or has no end, is an error at `place` and stays as it is.
std::string with_environment(std::string_view text, const Environment& environment, Place place,
                             ErrorList& errors);

}  // namespace jkproxy::config

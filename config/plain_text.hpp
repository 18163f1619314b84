#pragma once

#include <string_view>

#include "config/errors.hpp"

namespace jkproxy::config {

// True for a text that may be given to the YAML parser: UTF-8 without control characters, of
// bounded size, and not nested without bound. Otherwise one error tells where and why not.
bool is_plain_text(std::string_view text, ErrorList& errors);

// UTF-8 on one line, without control characters: what may be a value that is printed again.
bool is_plain_line(std::string_view text);

}  // namespace jkproxy::config

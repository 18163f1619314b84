#pragma once

#include <string>

#include "config/parsed.hpp"

namespace jkproxy::config {

// What is in the file, at most 256 KiB: it is sent with every error. Never blocks, as a pipe would.
Parsed<std::string> read_page_file(const std::string& path);

}  // namespace jkproxy::config

#pragma once

#include <cstdint>

namespace jkproxy::app {

// Raises the soft limit of open descriptors to the hard one. Returns what holds afterwards.
std::uint64_t raise_descriptor_limit();

}  // namespace jkproxy::app

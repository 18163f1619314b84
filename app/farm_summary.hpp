#pragma once

#include <string>

#include "routing/snapshot.hpp"

namespace jkproxy::app {

// The farm in one line for the operator: "2 of 3 workers usable; error: node3". Usable is what is
// in service and not stopped.
std::string farm_summary(const routing::Snapshot& snapshot);

}  // namespace jkproxy::app

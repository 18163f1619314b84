#pragma once

#include "tests/model/virtual_time.hpp"

namespace jkproxy::model {

struct World;

// Something goes wrong now, by chance, and is put right later or at the end of the history.
void begin_fault(World& world);

// Everything is put right: all Tomcats run, are reachable and active; so do the proxies and the
// store.
void heal(World& world);

}  // namespace jkproxy::model

#pragma once

#include <chrono>
#include <functional>

namespace jkproxy::routing {

using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

// Tells the time; app/ passes the real one in, tests one that they turn by hand.
using Clock = std::function<TimePoint()>;

}  // namespace jkproxy::routing

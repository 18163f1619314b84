#pragma once

#include <string_view>

#include "proxy/exchange.hpp"

namespace jkproxy::proxy {

// A session cookie that the worker's answer sets: where its route is not the worker's, the log says
// so, with the remedy; one line a minute and worker, for every log-in repeats the mistake. A
// cookie that only repeats the one that came is not the worker's own.
void warn_of_route(const Exchange& exchange, std::string_view session_id);

}  // namespace jkproxy::proxy

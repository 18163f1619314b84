#pragma once

#include "config/settings.hpp"
#include "proxy/open_listeners.hpp"

namespace jkproxy::app {

// proxy::open_listener, whose failure here also says who has the port, or what is missing. Throws
// std::runtime_error with one line.
proxy::OpenListener open_or_explain(const config::Endpoint& endpoint, int threads);

}  // namespace jkproxy::app

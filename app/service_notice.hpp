#pragma once

#include <string>
#include <string_view>

namespace jkproxy::app {

// Tells systemd how the service stands (sd_notify(3)): "READY=1", "STOPPING=1", "STATUS=...",
// several with a newline between. Nothing happens where $NOTIFY_SOCKET is not set. Any thread,
// never blocks.
void notify_service(std::string_view state);

// The same, to this socket: a path, or `@name` for an abstract one. False: it did not arrive.
bool send_notice(const std::string& socket, std::string_view state);

}  // namespace jkproxy::app

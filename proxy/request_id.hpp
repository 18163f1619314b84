#pragma once

#include <optional>
#include <string_view>

#include "proxy/message_head.hpp"

namespace jkproxy::proxy {

// The id that a trusted proxy gave the request in the field of this name: one line, 1 to 128
// letters, digits and `-_.~+/=:@`. Nothing: none came, several, or one that is not clean enough for
// a log line, a page and a header field.
std::optional<std::string_view> sent_request_id(const RequestHead& head, std::string_view bytes,
                                                std::string_view field_name);

// True for the field itself and for what differs from it only by `_` for `-` or in case.
bool is_request_id_field(std::string_view name, std::string_view field_name);

}  // namespace jkproxy::proxy

#include "proxy/connection_options.hpp"

#include <algorithm>

#include "proxy/ascii.hpp"
#include "proxy/field_rules.hpp"

namespace jkproxy::proxy {

ConnectionOptions::ConnectionOptions(const Fields& fields, std::string_view bytes) {
  for (const auto& field : fields) {
    if (field.name_id != http::field::connection) continue;
    auto list = field.value.in(bytes);
    while (!list.empty() && !too_many_) add(take_element(list));
  }
}

void ConnectionOptions::add(std::string_view option) {
  if (option.empty()) return;
  if (equals_ignoring_case(option, "close")) {
    close_ = true;
  } else if (equals_ignoring_case(option, "keep-alive")) {
    keep_alive_ = true;
  } else if (equals_ignoring_case(option, "upgrade")) {
    upgrade_ = true;
  } else if (names_.size() < max_names) {
    names_.push_back(option);
  } else {
    too_many_ = true;
  }
}

bool ConnectionOptions::lists(http::field id, std::string_view name) const {
  return std::any_of(names_.begin(), names_.end(),
                     [name](auto listed) { return equals_ignoring_case(listed, name); }) &&
         !is_protected(id, name);
}

}  // namespace jkproxy::proxy

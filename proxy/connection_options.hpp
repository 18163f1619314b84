#pragma once

#include <string_view>

#include "proxy/message_head.hpp"

namespace jkproxy::proxy {

// What the Connection fields of a message say (RFC 9110 7.6.1): the options that we know, and the
// names of the fields that go no further than us. Views into the head.
class ConnectionOptions {
 public:
  static constexpr std::size_t max_names = 32;

  ConnectionOptions(const Fields& fields, std::string_view bytes);

  bool close() const { return close_; }
  bool keep_alive() const { return keep_alive_; }
  bool upgrade() const { return upgrade_; }
  // More names than any honest peer sends: the message is refused.
  bool too_many() const { return too_many_; }

  // True for a field that Connection names, and that it may name (`protects`).
  bool removes(http::field id, std::string_view name) const {
    return !names_.empty() && lists(id, name);
  }

 private:
  void add(std::string_view option);
  bool lists(http::field id, std::string_view name) const;

  boost::container::small_vector<std::string_view, 4> names_;
  bool close_ = false;
  bool keep_alive_ = false;
  bool upgrade_ = false;
  bool too_many_ = false;
};

}  // namespace jkproxy::proxy

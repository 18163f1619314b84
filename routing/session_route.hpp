#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "config/settings.hpp"

namespace jkproxy::routing {

// What stays the same in a take-over: the text before the first `-` or `.`.
// "5F3A-n1.node1" -> "5F3A". Empty: the id is no session.
std::string_view stem_of(std::string_view session_id);

// Tomcat's jvmRoute: the text after the first dot, which may hold further dots. "5F3A-n1.node1" ->
// "node1". Nothing when there is no dot or nothing behind it.
std::optional<std::string_view> route_of(std::string_view session_id);

// Session ids of one request, in the order in which Tomcat tries them: all cookies of the name in
// order, else the path parameter (the last of several). Views into the request; at most
// `capacity`, further cookies are not looked at.
class SessionIds {
 public:
  static constexpr std::size_t capacity = 8;

  void add(std::string_view id) {
    if (size_ < capacity) ids_[size_++] = id;
  }
  const std::string_view* begin() const { return ids_; }
  const std::string_view* end() const { return ids_ + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::string_view ids_[capacity];
  std::size_t size_ = 0;
};

// Adds every value of the cookie `name` in one Cookie field's value. Lenient as Tomcat 9 is:
// quotes and blanks around the value are left off. Names compare case-sensitively.
void add_cookie_session_ids(std::string_view cookie_field, std::string_view name, SessionIds& ids);

// The value of `;name=` in any segment of the raw target's path; it ends at `;`, `/` or `?`.
// The last one wins, as in Tomcat.
std::optional<std::string_view> path_session_id(std::string_view target, std::string_view name);

// The session id in one Set-Cookie field's value, if it sets the cookie `name`. One that has
// Max-Age=0 deletes it.
std::optional<std::string_view> set_cookie_session_id(std::string_view set_cookie,
                                                      std::string_view name);

}  // namespace jkproxy::routing

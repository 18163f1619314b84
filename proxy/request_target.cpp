#include "proxy/request_target.hpp"

#include <algorithm>

#include "proxy/ascii.hpp"
#include "proxy/host_grammar.hpp"

namespace jkproxy::proxy {
namespace {

// Behind "http://" or "https://"; 0: another scheme, or none.
std::size_t scheme_length(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) return scheme.size();
  return 0;
}

bool read_absolute_form(Slice whole, std::string_view target, bool asks_options,
                        RequestTarget& found) {
  const auto scheme = static_cast<std::uint32_t>(scheme_length(target));
  if (scheme == 0) return false;
  const auto end = std::min(target.find_first_of("/?", scheme), target.size());
  const auto at = static_cast<std::uint32_t>(end);
  found.authority = {.offset = whole.offset + scheme, .length = at - scheme};
  if (!is_authority(target.substr(scheme, at - scheme))) return false;
  found.path = {.offset = whole.offset + at, .length = whole.length - at};
  if (found.path.length == 0) {
    found.before_path = asks_options ? "*" : "/";
  } else if (target[at] == '?') {
    found.before_path = "/";
  }
  return true;
}

}  // namespace

bool read_target(const RequestHead& head, std::string_view bytes, RequestTarget& found) {
  const auto target = head.target.in(bytes);
  if (target.empty()) return false;
  if (std::any_of(target.begin(), target.end(),
                  [](char c) { return c <= ' ' || c >= 0x7f || c == '#'; }))
    return false;
  const bool asks_options = head.verb == http::verb::options;
  if (target.front() != '/' && target != "*")
    return read_absolute_form(head.target, target, asks_options, found);
  found = {.authority = {}, .path = head.target, .before_path = {}};
  return target.front() == '/' || asks_options;
}

}  // namespace jkproxy::proxy

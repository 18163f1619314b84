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

bool read_absolute_form(Slice whole, std::string_view target, RequestTarget& found) {
  const auto scheme = static_cast<std::uint32_t>(scheme_length(target));
  if (scheme == 0) return false;
  const auto end = std::min(target.find_first_of("/?", scheme), target.size());
  const auto at = static_cast<std::uint32_t>(end);
  found.authority = {.offset = whole.offset + scheme, .length = at - scheme};
  if (!is_authority(target.substr(scheme, at - scheme))) return false;
  if (at == whole.length) {  // "http://host": its path is "/", and the scheme has one to show
    found.path = {.offset = whole.offset + scheme - 1, .length = 1};
    return true;
  }
  found.path = {.offset = whole.offset + at, .length = whole.length - at};
  return target[at] == '/';
}

}  // namespace

bool read_target(const RequestHead& head, std::string_view bytes, RequestTarget& found) {
  const auto target = head.target.in(bytes);
  if (target.empty()) return false;
  if (std::any_of(target.begin(), target.end(),
                  [](char c) { return c <= ' ' || c >= 0x7f || c == '#'; }))
    return false;
  if (target.front() != '/' && target != "*") return read_absolute_form(head.target, target, found);
  found = {.authority = {}, .path = head.target};
  return target.front() == '/' || head.verb == http::verb::options;
}

}  // namespace jkproxy::proxy

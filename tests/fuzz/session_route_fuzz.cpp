#include "routing/session_route.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace jkproxy::routing;

void require(bool fact) {
  if (!fact) std::abort();
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

// id == stem [- or . and more], and the route is what follows the first dot, never empty.
void check_id(std::string_view id) {
  const auto stem = stem_of(id);
  require(id.starts_with(stem) && stem.find_first_of("-.") == std::string_view::npos);
  require(stem.size() == id.size() || id[stem.size()] == '-' || id[stem.size()] == '.');
  if (const auto route = route_of(id)) {
    require(!route->empty() && id.ends_with(*route));
    require(id.find('.') == id.size() - route->size() - 1);
  }
}

// Each value is a piece of the field that a cookie of its own gives back unchanged.
void check_cookies(std::string_view field) {
  SessionIds ids;
  add_cookie_session_ids(field, "JSESSIONID", ids);
  for (const auto id : ids) {
    require(lies_in(id, field) && id.find_first_of("; \t,\"\\") == std::string_view::npos);
    check_id(id);
    const std::string alone = "a=b; JSESSIONID=" + std::string{id};
    SessionIds again;
    add_cookie_session_ids(alone, "JSESSIONID", again);
    require(again.size() == 1 && *again.begin() == id);
    require(set_cookie_session_id(alone.substr(5), "JSESSIONID") == id);
  }
}

// The last of several wins, whatever stands before it.
void check_path(std::string_view target) {
  const auto id = path_session_id(target, "jsessionid");
  if (!id) return;
  require(lies_in(*id, target) && id->find_first_of(";/?") == std::string_view::npos);
  check_id(*id);
  const auto path = target.substr(0, target.find('?'));
  const std::string longer = std::string{path} + ";jsessionid=last?" + std::string{target};
  require(path_session_id(longer, "jsessionid") == "last");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  check_id(input);
  check_cookies(input);
  check_path(input);
  return 0;
}

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jkproxy::routing {

// The one form of a path that mounts are matched on: percent-decoded once, `;parameters` taken
// out, dot segments resolved, double slashes merged; the query is left off. Nothing for a path that
// must be refused (400): encoded NUL, slash or backslash, a raw backslash or control character, a
// broken percent escape, `#`, `..` above the root, anything that does not begin with a slash.
// Tomcat strips `;x` before it resolves `..`, so `/app/..;/manager` is `/manager` here as well.
// A view into `target` where that is canonical already (the ordinary case), else into `scratch`.
std::optional<std::string_view> canonical_path(std::string_view target, std::string& scratch);

// Host and path -> balancer. Immutable; any thread.
class MountTable {
 public:
  struct Mount {
    std::string host;  // lower case, no port; empty: every host
    std::string path;  // canonical, no trailing slash but for "/"
    std::size_t balancer = 0;
  };

  MountTable() = default;
  explicit MountTable(std::vector<Mount> mounts);

  // The mount with the longest path that holds `path` on a segment border: /share holds /share and
  // /share/x, not /shared. Mounts of the very host come before mounts of every host. `host` as the
  // client sent it: any case, port allowed. Nothing: 404.
  std::optional<std::size_t> find_balancer(std::string_view host, std::string_view path) const;

  // True when a single mount of `/` for every host makes looking unnecessary (the path is still
  // checked).
  bool takes_everything() const;

 private:
  std::vector<Mount> mounts_;  // the host's own first, then by length of path, longest first
};

}  // namespace jkproxy::routing

#include "routing/mount_table.hpp"

#include <algorithm>

namespace jkproxy::routing {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Without port, and without the dot that ends a fully qualified name.
std::string_view bare_host(std::string_view host) {
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos &&
                        host.find(']', colon) == std::string_view::npos &&
                        (host.front() == '[' || host.find(':') == colon);
  if (has_port) host = host.substr(0, colon);
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

bool same_host(std::string_view bare, std::string_view lower_case) {
  return std::equal(bare.begin(), bare.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

// On a segment border.
bool holds(std::string_view mount, std::string_view path) {
  if (mount == "/") return true;
  return path.starts_with(mount) && (path.size() == mount.size() || path[mount.size()] == '/');
}

}  // namespace

MountTable::MountTable(std::vector<Mount> mounts) : mounts_{std::move(mounts)} {
  for (auto& mount : mounts_)
    while (mount.path.size() > 1 && mount.path.ends_with('/')) mount.path.pop_back();
  std::stable_sort(mounts_.begin(), mounts_.end(), [](const Mount& a, const Mount& b) {
    if (a.host.empty() != b.host.empty()) return b.host.empty();
    return a.path.size() > b.path.size();
  });
}

std::optional<std::size_t> MountTable::find_balancer(std::string_view host,
                                                     std::string_view path) const {
  if (takes_everything()) return mounts_.front().balancer;
  const auto bare = bare_host(host);
  for (const auto& mount : mounts_) {
    if (!mount.host.empty() && !same_host(bare, mount.host)) continue;
    if (holds(mount.path, path)) return mount.balancer;
  }
  return std::nullopt;
}

bool MountTable::takes_everything() const {
  return mounts_.size() == 1 && mounts_.front().host.empty() && mounts_.front().path == "/";
}

}  // namespace jkproxy::routing

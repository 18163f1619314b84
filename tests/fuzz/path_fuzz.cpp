#include <cstdint>
#include <cstdlib>
#include <string>

#include "routing/mount_table.hpp"

namespace {

using namespace jkproxy::routing;

void require(bool fact) {
  if (!fact) std::abort();
}

std::string escaped(std::string_view path) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/') {
      text += c;
    } else {
      text += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return text;
}

// Nothing is left that anybody could resolve once more.
void check_canonical(std::string_view path) {
  require(path.starts_with('/'));
  require(path.find('\0') == std::string_view::npos && path.find('\\') == std::string_view::npos);
  const std::string bordered = std::string{path} + "/";
  require(bordered.find("/./") == std::string::npos && bordered.find("/../") == std::string::npos);
  require(path.find("//") == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view target{reinterpret_cast<const char*>(bytes), size};
  std::string scratch;
  const auto path = canonical_path(target, scratch);
  if (!path) return 0;
  check_canonical(*path);

  // The canonical form of the canonical form is itself, however it is written.
  std::string again;
  require(canonical_path(escaped(*path), again) == *path);
  // The query does not count.
  const auto bare = std::string{target.substr(0, target.find('?'))};
  require(canonical_path(bare, again) == *path);

  static const MountTable mounts{{{.host = {}, .path = "/app", .balancer = 1}}};
  const bool inside = *path == "/app" || path->starts_with("/app/");
  require(mounts.find_balancer("host", *path).has_value() == inside);
  return 0;
}

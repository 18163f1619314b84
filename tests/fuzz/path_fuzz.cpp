#include <algorithm>
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

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c - 'A' + 10;
}

// What a Tomcat makes of a target, step by step as it does it: parameters out, %xx decoded, then
// empty segments, `.` and `..` resolved. Only for what was let through.
std::string as_tomcat_sees_it(std::string_view target) {
  std::string decoded;
  bool parameter = false;
  target = target.substr(0, target.find('?'));
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == ';') parameter = true;
    if (target[i] == '/') parameter = false;
    if (parameter) continue;
    if (target[i] != '%') {
      decoded += target[i];
      continue;
    }
    require(i + 2 < target.size());
    decoded += static_cast<char>(hex_value(target[i + 1]) * 16 + hex_value(target[i + 2]));
    i += 2;
  }
  std::string path;
  for (std::size_t at = 0; at < decoded.size();) {
    const auto end = std::min(decoded.find('/', at + 1), decoded.size());
    const auto segment = decoded.substr(at + 1, end - at - 1);
    at = end;
    if (segment == "..") {
      path.resize(path.empty() ? 0 : path.rfind('/'));
    } else if (!segment.empty() && segment != ".") {
      path += "/" + segment;
    }
  }
  return path;
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
  // What passes a mount, and nothing else, is below it where it arrives.
  const auto seen = as_tomcat_sees_it(target);
  require((seen == "/app" || seen.starts_with("/app/")) == inside);
  return 0;
}

#include <array>

#include "routing/mount_table.hpp"

namespace jkproxy::routing {

namespace {

enum class Byte : std::uint8_t { plain, slash, special, refused, end };

constexpr std::array<Byte, 256> classify() {
  std::array<Byte, 256> classes{};
  for (std::size_t i = 0; i < 0x20; ++i) classes[i] = Byte::refused;
  classes[0x7f] = classes['\\'] = classes['#'] = Byte::refused;
  classes['%'] = classes[';'] = Byte::special;
  classes['/'] = Byte::slash;
  classes['?'] = Byte::end;
  return classes;
}

constexpr auto classes = classify();

Byte class_of(char c) {
  return classes[static_cast<unsigned char>(c)];
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte of the escape at the front of `text`; nothing when it is broken or must be refused.
std::optional<char> decode(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  const int value = high * 16 + low;
  if (value == 0 || value == '/' || value == '\\') return std::nullopt;
  return static_cast<char>(value);
}

// Appends the decoded segment, its parameters left out. False: refused.
bool append_segment(std::string_view segment, std::string& path) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] == ';') return true;
    if (segment[i] != '%') {
      path += segment[i];
      continue;
    }
    const auto byte = decode(segment.substr(i));
    if (!byte) return false;
    path += *byte;
    i += 2;
  }
  return true;
}

// Parameters are refused for what would be refused elsewhere, though they are left out.
bool escapes_are_whole(std::string_view segment) {
  for (auto at = segment.find('%'); at != std::string_view::npos; at = segment.find('%', at + 3))
    if (!decode(segment.substr(at))) return false;
  return true;
}

// `path` ends in a slash; the segment behind `begin` was just appended. Resolves it. False: `..`
// above the root.
bool resolve_last(std::string& path, std::size_t begin) {
  const auto segment = std::string_view{path}.substr(begin);
  if (segment != "." && segment != "..") return true;
  const bool up = segment.size() == 2;
  path.resize(begin);
  if (!up) return true;
  if (path.size() == 1) return false;
  path.resize(path.rfind('/', path.size() - 2) + 1);
  return true;
}

std::optional<std::string_view> rewrite(std::string_view path, std::string& scratch) {
  scratch.assign(1, '/');
  for (std::size_t at = 1; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto segment = path.substr(at, end - at);
    const auto begin = scratch.size();
    if (!escapes_are_whole(segment) || !append_segment(segment, scratch)) return std::nullopt;
    if (!resolve_last(scratch, begin)) return std::nullopt;
    if (end < path.size() && scratch.back() != '/') scratch += '/';
    at = end + 1;
  }
  return scratch;
}

}  // namespace

std::optional<std::string_view> canonical_path(std::string_view target, std::string& scratch) {
  if (target.empty() || target.front() != '/') return std::nullopt;
  bool ordinary = true;
  std::size_t length = 1;
  for (; length < target.size(); ++length) {
    const char c = target[length];
    const auto byte = class_of(c);
    if (byte == Byte::plain && (c != '.' || target[length - 1] != '/')) continue;
    if (byte == Byte::end) break;
    if (byte == Byte::refused) return std::nullopt;
    ordinary = ordinary && byte == Byte::slash && target[length - 1] != '/';
  }
  const auto path = target.substr(0, length);
  if (ordinary) return path;
  return rewrite(path, scratch);
}

}  // namespace jkproxy::routing

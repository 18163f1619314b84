#include "proxy/session_mask.hpp"

#include <algorithm>
#include <array>

#include "proxy/ascii.hpp"

namespace jkproxy::proxy {
namespace {

constexpr std::size_t kept_characters = 4;
constexpr std::size_t short_id = 8;  // nothing is kept of one that is not longer

bool is_plain(char c) {
  return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

void append_escaped(char c, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
}

// Runs of plain characters are copied in one piece.
template <class IsPlain>
void append_runs(std::string_view text, std::string& out, IsPlain plain) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (plain(text[at])) continue;
    out.append(text.substr(begin, at - begin));
    append_escaped(text[at], out);
    begin = at + 1;
  }
  out.append(text.substr(begin));
}

void append_text(std::string_view text, std::string& out) {
  append_runs(text, out, is_plain);
}

// "%3D", or "%253D" where it was encoded twice: the length of it at `text`'s begin, else 0.
std::size_t encoded_length(std::string_view text, std::string_view hex) {
  if (text.empty() || text[0] != '%') return 0;
  std::size_t at = 1;
  while (text.substr(at, 2) == "25") at += 2;
  return equals_ignoring_case(text.substr(at, 2), hex) ? at + 2 : 0;
}

std::size_t equals_sign_length(std::string_view text) {
  if (text.starts_with('=')) return 1;
  return encoded_length(text, "3D");
}

bool ends_id(std::string_view text) {
  constexpr std::string_view ends = ";/?&#\"'<> \t,";
  if (ends.find(text[0]) != std::string_view::npos) return true;
  constexpr std::array<std::string_view, 8> encoded{"3B", "2F", "3F", "26", "23", "22", "20", "2C"};
  return text[0] == '%' && std::any_of(encoded.begin(), encoded.end(),
                                       [text](auto hex) { return encoded_length(text, hex) > 0; });
}

std::size_t id_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && !ends_id(text.substr(length))) ++length;
  return length;
}

void append_shortened(std::string_view id, std::string& out) {
  const auto dot = std::min(id.find('.'), id.size());
  out.append("...");
  if (dot > short_id) append_text(id.substr(dot - kept_characters, kept_characters), out);
  append_text(id.substr(dot), out);
}

// Where the next session id begins; npos: there is none. Looks for `=` and `%` first, which are
// rare, then back for the name.
std::size_t find_id(std::string_view text, std::string_view parameter) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '=' && text[at] != '%') continue;
    const auto sign = equals_sign_length(text.substr(at));
    if (sign > 0 && at >= parameter.size() &&
        equals_ignoring_case(text.substr(at - parameter.size(), parameter.size()), parameter))
      return at + sign;
  }
  return std::string_view::npos;
}

}  // namespace

void append_masked(std::string_view text, std::string_view parameter, std::string& out) {
  if (parameter.empty()) return append_text(text, out);
  for (;;) {
    const auto begin = find_id(text, parameter);
    append_text(text.substr(0, begin), out);
    if (begin == std::string_view::npos) return;
    text.remove_prefix(begin);
    const auto length = id_length(text);
    if (length > 0) append_shortened(text.substr(0, length), out);
    text.remove_prefix(length);
  }
}

void append_word(std::string_view text, std::string& out) {
  append_runs(text, out, [](char c) { return is_plain(c) && c != ' '; });
}

}  // namespace jkproxy::proxy

#include "config/plain_text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace jkproxy::config {

namespace {

constexpr std::size_t largest_file = 4UL * 1024 * 1024;
constexpr std::size_t longest_line = 64UL * 1024;
// Brackets, dashes and question marks in a row open a level each.
constexpr std::size_t most_openings_in_a_line = 200;

// Length of the UTF-8 sequence that begins the text; 0: it is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || beyond ? 0 : length;
}

std::string fault_of(std::string_view rest) {
  const auto byte = static_cast<unsigned char>(rest.front());
  if (byte == 0) return "a NUL byte: this is no text file";
  if (byte == '\t') return {};
  if (byte == '\r' && rest.substr(0, 2) == "\r\n") return {};
  if (byte < 0x20 || byte == 0x7F) return "a control character: this is no text file";
  if (utf8_length(rest) == 0) return "a byte that is no UTF-8: save the file as UTF-8";
  return {};
}

std::size_t openings(std::string_view line) {
  const auto flow =
      std::count_if(line.begin(), line.end(), [](char c) { return c == '[' || c == '{'; });
  std::size_t block = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ' || line[i] == '\t') continue;
    const bool indicator = line[i] == '-' || line[i] == '?' || line[i] == ':';
    if (!indicator) break;
    ++block;
  }
  return static_cast<std::size_t>(flow) + block;
}

bool is_plain_line(std::string_view line, int number, ErrorList& errors) {
  if (line.size() > longest_line) {
    errors.add({.line = number, .column = 1}, "a line of more than 64 KiB");
    return false;
  }
  for (std::size_t i = 0; i < line.size();) {
    auto fault = fault_of(line.substr(i));
    if (!fault.empty()) {
      errors.add({.line = number, .column = static_cast<int>(i) + 1}, std::move(fault));
      return false;
    }
    i += utf8_length(line.substr(i));
  }
  if (openings(line) <= most_openings_in_a_line) return true;
  errors.add({.line = number, .column = 1}, "nested too deeply");
  return false;
}

}  // namespace

bool is_plain_line(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); i += utf8_length(text.substr(i)))
    if (text[i] == '\t' || !fault_of(text.substr(i)).empty()) return false;
  return true;
}

bool is_plain_text(std::string_view text, ErrorList& errors) {
  if (text.size() > largest_file) {
    errors.add({}, "larger than 4 MiB: this is no configuration file");
    return false;
  }
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    // The line's CR belongs to its end.
    const auto line = text.substr(0, std::min(end + 1, text.size()));
    const auto body =
        line.ends_with("\r\n") ? line.substr(0, line.size() - 2) : text.substr(0, end);
    if (!is_plain_line(body, number, errors)) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

}  // namespace jkproxy::config

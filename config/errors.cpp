#include "config/errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace jkproxy::config {

namespace {

constexpr std::size_t longest_shown = 80;

bool is_continuation_byte(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// At most `longest_shown` bytes, not cut within a character.
std::string_view shortened(std::string_view text) {
  if (text.size() <= longest_shown) return text;
  std::size_t end = longest_shown;
  while (end > 0 && is_continuation_byte(text[end])) --end;
  return text.substr(0, end);
}

void append_visible(std::string& shown, char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  if (value >= 0x20 && value != 0x7F) {
    shown += byte;
    return;
  }
  shown += "\\x";
  shown += digits[value / 16U];
  shown += digits[value % 16U];
}

}  // namespace

std::string to_text(const Error& error) {
  std::string text = error.file;
  if (error.line > 0) text += ":" + std::to_string(error.line);
  if (error.line > 0 && error.column > 0) text += ":" + std::to_string(error.column);
  return text + ": " + error.message;
}

void ErrorList::add(Place place, std::string message) {
  if (full()) {
    ++left_out_;
    return;
  }
  errors_.push_back({place, std::move(message)});
}

std::vector<Error> ErrorList::take(std::string_view file) && {
  std::stable_sort(errors_.begin(), errors_.end(),
                   [](const Located& a, const Located& b) { return a.place < b.place; });
  std::vector<Error> all;
  for (Located& error : errors_) {
    all.push_back(
        {std::string{file}, error.place.line, error.place.column, std::move(error.message)});
  }
  if (left_out_ > 0) {
    all.push_back({std::string{file}, 0, 0, std::to_string(left_out_) + " more errors"});
  }
  return all;
}

std::string quoted(std::string_view text) {
  std::string shown = "\"";
  for (const char byte : shortened(text)) append_visible(shown, byte);
  if (text.size() > longest_shown) shown += "...";
  return shown + "\"";
}

}  // namespace jkproxy::config

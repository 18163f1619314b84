#include "config/errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace jkproxy::config {

namespace {

constexpr std::size_t longest_shown = 80;
constexpr std::size_t longest_message = 1000;

bool is_continuation_byte(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// At most `longest` bytes, not cut within a character.
std::string_view shortened(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && is_continuation_byte(text[end])) --end;
  return text.substr(0, end);
}

// Of what begins the text: 1 for ASCII's, 2 for U+0080 to U+009F in UTF-8, else 0.
std::size_t control_length(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte < 0x20 || byte == 0x7F) return 1;
  return byte == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0 ? 2 : 0;
}

void append_visible(std::string& shown, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0, escaped = 0; i < text.size(); ++i) {
    if (escaped == 0) escaped = control_length(text.substr(i));
    if (escaped == 0) {
      shown += text[i];
      continue;
    }
    const auto value = static_cast<unsigned char>(text[i]);
    shown += "\\x";
    shown += digits[value / 16U];
    shown += digits[value % 16U];
    --escaped;
  }
}

// Names of the file stand in messages as they are, so this is where they lose their teeth.
std::string safe_on_a_terminal(std::string_view message) {
  const auto start = shortened(message, longest_message);
  std::string shown;
  append_visible(shown, start);
  if (start.size() < message.size()) shown += "...";
  return shown;
}

}  // namespace

std::string to_text(const Error& error) {
  std::string text = error.file;
  if (error.line > 0) text += ":" + std::to_string(error.line);
  if (error.line > 0 && error.column > 0) text += ":" + std::to_string(error.column);
  return text + ": " + error.message;
}

void ErrorList::add(Place place, std::string_view message) {
  if (full()) {
    ++left_out_;
    return;
  }
  errors_.push_back({place, safe_on_a_terminal(message)});
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
  append_visible(shown, shortened(text, longest_shown));
  if (text.size() > longest_shown) shown += "...";
  return shown + "\"";
}

}  // namespace jkproxy::config

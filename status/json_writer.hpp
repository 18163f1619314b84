#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace jkproxy::status {

// Text in double quotes, escaped as RFC 8259 section 7 wants it. Bytes that are not UTF-8 are
// written as the replacement character, so the result is always JSON.
std::string json_string(std::string_view text);

// Writes one JSON document, two blanks of indentation a level. The caller closes what it opened.
class JsonWriter {
 public:
  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_list() { open('['); }
  void close_list() { close(']'); }

  void key(std::string_view name);
  void value(std::string_view text) { raw(json_string(text)); }
  void value(bool truth) { raw(truth ? "true" : "false"); }
  template <std::integral T>
  requires(!std::same_as<T, bool>) void value(T number) { raw(std::to_string(number)); }

  template <class T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

  // The document, with a line end.
  std::string take() && { return std::move(out_) + "\n"; }

 private:
  void open(char bracket);
  void close(char bracket);
  void raw(std::string_view text);
  void begin_item();
  void new_line();

  std::string out_;
  std::vector<bool> has_items_;  // per open level
  bool after_key_ = false;
};

}  // namespace jkproxy::status

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace jkproxy::config {

// Where something stands in the file, both from 1; 0: unknown. Columns count bytes.
struct Place {
  int line = 0;
  int column = 0;

  auto operator<=>(const Place&) const = default;
};

// Collects what is wrong with one file. Keeps the first 100 errors and counts the rest, so that a
// hostile file costs neither memory nor time.
class ErrorList {
 public:
  // Control characters of the message are written as \xNN, and a very long one is cut.
  void add(Place place, std::string_view message);
  bool empty() const { return errors_.empty(); }
  std::size_t count() const { return errors_.size() + left_out_; }

  // True when a further error would only be counted: no need to compose its message.
  bool full() const { return errors_.size() == most_kept; }

  // All errors in the file's order.
  std::vector<Error> take(std::string_view file) &&;

 private:
  static constexpr std::size_t most_kept = 100;

  struct Located {
    Place place;
    std::string message;
  };
  std::vector<Located> errors_;
  std::size_t left_out_ = 0;
};

// The text in double quotes, shortened, control characters written as \xNN: safe on a terminal.
std::string quoted(std::string_view text);

}  // namespace jkproxy::config

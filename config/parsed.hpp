#pragma once

#include <string>
#include <variant>

namespace jkproxy::config {

// Why a text is not a value: what is wrong and what would be right, without the place.
struct Wrong {
  std::string why;
};

// What a text of the file means, or why it means nothing.
template <class T>
using Parsed = std::variant<T, Wrong>;

}  // namespace jkproxy::config

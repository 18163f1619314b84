// What the origin and the load generator agree on: the pages, and how to read a message head.
#pragma once

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>

namespace jkproxy::bench {

struct Page {
  std::string_view path;
  std::size_t size;
};

inline constexpr std::array pages{
    Page{"/1k", 1024},        Page{"/20k", 20 * 1024}, Page{"/100k", 100 * 1024},
    Page{"/1m", 1024 * 1024}, Page{"/health", 3},
};

inline const Page* find_page(std::string_view path) {
  const auto* page = std::find_if(pages.begin(), pages.end(),
                                  [&](const Page& candidate) { return candidate.path == path; });
  return page == pages.end() ? nullptr : page;
}

// The field's value in a head, which starts with its first line and ends with an empty one.
inline std::optional<std::string_view> field_of(std::string_view head, std::string_view name) {
  for (auto end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
    head.remove_prefix(end + 2);
    if (head.size() <= name.size() || head[name.size()] != ':') continue;
    if (::strncasecmp(head.data(), name.data(), name.size()) != 0) continue;
    std::string_view value = head.substr(name.size() + 1, head.find("\r\n") - name.size() - 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
  }
  return std::nullopt;
}

// The digits of `text` as a number, or nothing.
inline std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Whether the sender closes the connection after this message.
inline bool closes(std::string_view head) {
  const auto connection = field_of(head, "Connection");
  return connection && connection->size() == 5 &&
         ::strncasecmp(connection->data(), "close", 5) == 0;
}

}  // namespace jkproxy::bench

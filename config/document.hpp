#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/errors.hpp"
#include "config/load.hpp"

namespace jkproxy::config {

// A YAML document as a tree that remembers where everything stands.
struct Node {
  // `broken`: something is wrong with it that is in the error list already.
  enum class Kind : std::uint8_t { empty, scalar, list, map, broken };
  struct Entry;

  Kind kind = Kind::empty;
  Place place;
  std::string text;            // of a scalar, environment variables filled in
  std::vector<Node> items;     // of a list
  std::vector<Entry> entries;  // of a map, in the file's order
};

struct Node::Entry {
  std::string key;
  Place place;  // of the key
  Node value;
  bool is_duplicate = false;  // the key stands above already
};

// "a list", "a map", ...
std::string_view to_text(Node::Kind kind);

// The one document of the text. Nothing, and an error, when it is too large, no UTF-8, no YAML,
// nested too deeply or more than one document. Anchors, aliases, tags, a key that stands twice and
// a `${NAME}` that is not set are errors too, but the rest is read.
std::optional<Node> parse_document(std::string_view yaml, const Environment& environment,
                                   ErrorList& errors);

}  // namespace jkproxy::config

#include "config/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>
#include <utility>

#include "config/environment.hpp"
#include "config/plain_text.hpp"

namespace jkproxy::config {

namespace {

constexpr std::size_t most_nodes = 100'000;
constexpr std::size_t most_levels = 32;

Place place_of(const YAML::Mark& mark) {
  return {.line = mark.line + 1, .column = mark.column + 1};
}

// Ends the parsing; what is wrong is in the error list.
struct Stop {};

// Builds the tree from yaml-cpp's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const Environment& environment, ErrorList& errors)
      : environment_{environment}, errors_{errors} {}

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    place(node_of(Node::Kind::empty, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    errors_.add(place_of(mark), "aliases (*name) are not supported: write the value out");
    place(node_of(Node::Kind::broken, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::list);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::map);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  // A collection that is being filled; a map alternates between key and value.
  struct Open {
    Node* node = nullptr;
    bool key_read = false;
    std::unordered_map<std::string, int> lines{};  // of the keys so far
  };

  [[noreturn]] void stop(const YAML::Mark& mark, std::string why) {
    errors_.add(place_of(mark), std::move(why));
    throw Stop{};
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor)
      errors_.add(place_of(mark), "anchors (&name) are not supported: leave it out");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      errors_.add(place_of(mark), "tags (!name) are not supported: leave it out");
  }
  static Node node_of(Node::Kind kind, const YAML::Mark& mark) {
    return {.kind = kind, .place = place_of(mark), .text = {}, .items = {}, .entries = {}};
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind);
  void read_key(Open& map, const Node& key);
  Node* place(Node node);

  const Environment& environment_;
  ErrorList& errors_;
  Node root_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
};

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  refuse_anchor(mark, anchor);
  refuse_tag(mark, tag);
  Node node = node_of(Node::Kind::scalar, mark);
  node.text = value;
  const bool is_key =
      !open_.empty() && open_.back().node->kind == Node::Kind::map && !open_.back().key_read;
  const auto errors_before = errors_.count();
  if (!is_key) node.text = with_environment(value, environment_, node.place, errors_);
  if (!is_key && !is_plain_line(node.text))
    errors_.add(node.place, quoted(node.text) + " holds a control character or no UTF-8");
  if (errors_.count() > errors_before) node.kind = Node::Kind::broken;
  place(std::move(node));
}

void TreeBuilder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       Node::Kind kind) {
  refuse_anchor(mark, anchor);
  refuse_tag(mark, tag);
  if (open_.size() == most_levels) stop(mark, "nested too deeply");
  Node* const node = place(node_of(kind, mark));
  open_.push_back({.node = node});
}

void TreeBuilder::read_key(Open& map, const Node& key) {
  if (key.kind == Node::Kind::broken) throw Stop{};
  if (key.kind != Node::Kind::scalar) {
    errors_.add(key.place, "a key must be a plain text, not " + std::string{to_text(key.kind)});
    throw Stop{};
  }
  const auto [first, is_new] = map.lines.try_emplace(key.text, key.place.line);
  if (!is_new) {
    errors_.add(key.place, "duplicate key " + quoted(key.text) + ": first in line " +
                               std::to_string(first->second));
  }
  map.node->entries.push_back(
      {.key = key.text, .place = key.place, .value = {}, .is_duplicate = !is_new});
  map.key_read = true;
}

// Where the node belongs; the pointer is good until its parent gets another child.
Node* TreeBuilder::place(Node node) {
  if (++nodes_ > most_nodes) {
    errors_.add(node.place, "too many values in one file");
    throw Stop{};
  }
  if (open_.empty()) {
    root_ = std::move(node);
    return &root_;
  }
  auto& parent = open_.back();
  if (parent.node->kind == Node::Kind::list)
    return &parent.node->items.emplace_back(std::move(node));
  if (!parent.key_read) {
    read_key(parent, node);
    return nullptr;
  }
  parent.key_read = false;
  return &(parent.node->entries.back().value = std::move(node));
}

bool is_known_text(const Place& place, std::string_view text) {
  return place.line > 0 && !text.empty();
}

}  // namespace

std::string_view to_text(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::empty: return "nothing";
    case Node::Kind::scalar: return "a single value";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
    case Node::Kind::broken: break;
  }
  return "";
}

std::optional<Node> parse_document(std::string_view yaml, const Environment& environment,
                                   ErrorList& errors) {
  if (!is_plain_text(yaml, errors)) return std::nullopt;
  std::istringstream input{std::string{yaml}};
  TreeBuilder builder{environment, errors};
  try {
    YAML::Parser parser{input};
    parser.HandleNextDocument(builder);
    auto root = builder.take();
    if (root.place.line == 0) root.place = {.line = 1, .column = 1};  // an empty file
    TreeBuilder second{environment, errors};
    if (parser.HandleNextDocument(second)) {
      errors.add(second.take().place, "a second document: the configuration is one document");
      return std::nullopt;
    }
    return root;
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    const auto place = place_of(error.mark);
    errors.add(is_known_text(place, error.msg) ? place : Place{}, "not valid YAML: " + error.msg);
    return std::nullopt;
  }
}

}  // namespace jkproxy::config

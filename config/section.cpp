#include "config/section.hpp"

#include <algorithm>

#include "config/nearest.hpp"

namespace jkproxy::config {

Section::Section(const Node& node, std::string what, ErrorList& errors)
    : node_{node}, what_{std::move(what)}, errors_{errors} {
  if (node.kind != Node::Kind::map && node.kind != Node::Kind::broken)
    errors_.add(node.place, (what_.empty() ? "the file" : what_) + " must be a map of keys, not " +
                                std::string{to_text(node.kind)});
}

std::string Section::name_of(std::string_view key) const {
  return what_.empty() ? std::string{key} : what_ + "." + std::string{key};
}

std::string Section::hint(std::string_view typed, std::span<const std::string_view> allowed) {
  return config::hint(typed, allowed);
}

const Node* Section::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  const auto* found = entry(key);
  if (found == nullptr || found->value.kind == Node::Kind::broken) return nullptr;
  if (found->value.kind != Node::Kind::empty) return &found->value;
  errors_.add(found->place, name_of(key) + " has no value: give one, or leave the key out");
  return nullptr;
}

void Section::require(std::string_view key) {
  required_.push_back(key);
}

const Node::Entry* Section::entry(std::string_view key) const {
  const auto found = std::find_if(node_.entries.begin(), node_.entries.end(),
                                  [&](const Node::Entry& one) { return one.key == key; });
  return found == node_.entries.end() ? nullptr : &*found;
}

bool Section::is_duplicate(std::string_view key) const {
  return std::any_of(node_.entries.begin(), node_.entries.end(),
                     [&](const Node::Entry& one) { return one.key == key && one.is_duplicate; });
}

bool Section::is_misspelt(std::string_view key) const {
  return std::find(misspelt_.begin(), misspelt_.end(), key) != misspelt_.end();
}

bool Section::is_scalar(const Node& node, std::string_view key) {
  if (node.kind == Node::Kind::scalar) return true;
  errors_.add(node.place,
              name_of(key) + " must be a single value, not " + std::string{to_text(node.kind)});
  return false;
}

const Node* Section::text(std::string_view key, std::string& into) {
  return value(key, into, [](std::string_view text) -> Parsed<std::string> {
    if (text.empty()) return Wrong{"may not be empty"};
    return std::string{text};
  });
}

void Section::duration(std::string_view key, std::chrono::milliseconds& into, DurationRange range) {
  value(key, into, [&](std::string_view text) { return parse_duration(text, range); });
}

const Node* Section::size(std::string_view key, std::uint64_t& into, std::uint64_t least,
                          std::uint64_t most) {
  return value(key, into, [&](std::string_view text) { return parse_size(text, least, most); });
}

void Section::number(std::string_view key, int& into, int least, int most) {
  value(key, into, [&](std::string_view text) { return parse_number(text, least, most); });
}

void Section::boolean(std::string_view key, bool& into) {
  value(key, into, parse_bool);
}

void Section::section(std::string_view key, const std::function<void(Section&)>& read) {
  const Node* node = find(key);
  if (node == nullptr) return;
  Section inner{*node, name_of(key), errors_};
  read(inner);
  inner.done();
}

void Section::named(std::string_view key, const std::function<void(const Node::Entry&)>& read) {
  const Node* node = find(key);
  if (node == nullptr) return;
  if (node->kind != Node::Kind::map) {
    errors_.add(node->place,
                name_of(key) + " must be a map of names, not " + std::string{to_text(node->kind)});
    return;
  }
  for (const auto& entry : node->entries) read(entry);
}

bool Section::list(std::string_view key, const std::function<void(const Node&)>& read) {
  const Node* node = find(key);
  if (node == nullptr) return false;
  if (node->kind != Node::Kind::list) {
    errors_.add(node->place,
                name_of(key) + " must be a list, not " + std::string{to_text(node->kind)});
    return true;
  }
  for (const auto& item : node->items) read(item);
  return true;
}

void Section::done() {
  refuse_unknown_keys();
  if (node_.kind != Node::Kind::map) return;
  for (const auto key : required_)
    if (!has(key) && !is_misspelt(key) && !has("<<"))
      errors_.add(node_.place, name_of(key) + " is missing");
}

void Section::refuse_unknown_keys() {
  for (const auto& entry : node_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    if (entry.key == "<<" && entry.value.kind == Node::Kind::broken) continue;  // its alias
    if (errors_.full()) {
      errors_.add(entry.place, {});  // only counted
      continue;
    }
    misspelt_.push_back(nearest(entry.key, known_));
    errors_.add(entry.place, "unknown key " + quoted(entry.key) +
                                 (what_.empty() ? "" : " in " + what_) + ": " +
                                 hint(entry.key, known_));
  }
}

}  // namespace jkproxy::config

#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/document.hpp"
#include "config/duration.hpp"
#include "config/errors.hpp"
#include "config/number.hpp"
#include "config/parsed.hpp"
#include "config/size.hpp"

namespace jkproxy::config {

// Reads one map of the document, key by key. What is wrong goes to the error list and leaves the
// default in place. `done` reports every key that nobody asked for, and those that are missing.
class Section {
 public:
  // `what`: how messages call it, such as "workers.node1".
  Section(const Node& node, std::string what, ErrorList& errors);

  // The value of a key, or null. A key without a value is an error.
  const Node* find(std::string_view key);
  // The key must be there; `done` says so unless an unknown key was probably meant to be it.
  void require(std::string_view key);
  bool has(std::string_view key) const { return entry(key) != nullptr; }
  // The first of this key, or null.
  const Node::Entry* entry(std::string_view key) const;
  bool is_duplicate(std::string_view key) const;
  // After `done`: the key is missing, and an unknown one was probably meant to be it.
  bool is_misspelt(std::string_view key) const;

  // Reads a scalar by `parse`, which gives a Parsed<T>; returns where it stands.
  template <class T, class Parse>
  const Node* value(std::string_view key, T& into, Parse parse) {
    const Node* node = find(key);
    if (node == nullptr || !is_scalar(*node, key)) return nullptr;
    auto parsed = parse(std::string_view{node->text});
    if (auto* wrong = std::get_if<Wrong>(&parsed)) {
      errors_.add(node->place, name_of(key) + ": " + wrong->why);
      return nullptr;
    }
    into = std::get<0>(std::move(parsed));
    return node;
  }
  const Node* text(std::string_view key, std::string& into);
  void duration(std::string_view key, std::chrono::milliseconds& into, DurationRange range = {});
  const Node* size(std::string_view key, std::uint64_t& into, std::uint64_t least,
                   std::uint64_t most);
  void number(std::string_view key, int& into, int least, int most);
  void boolean(std::string_view key, bool& into);
  template <class E, std::size_t N>
  void choice(std::string_view key, E& into,
              const std::array<std::pair<std::string_view, E>, N>& choices) {
    value(key, into, [&](std::string_view text) -> Parsed<E> {
      std::vector<std::string_view> allowed;
      for (const auto& [name, meaning] : choices) {
        if (name == text) return meaning;
        allowed.push_back(name);
      }
      return Wrong{quoted(text) + " is not known: " + hint(text, allowed)};
    });
  }
  void section(std::string_view key, const std::function<void(Section&)>& read);
  // Entries of a map whose keys are names, such as `workers`.
  void named(std::string_view key, const std::function<void(const Node::Entry&)>& read);
  // True when it is there, empty or not.
  bool list(std::string_view key, const std::function<void(const Node&)>& read);

  void done();
  const Place& place() const { return node_.place; }
  ErrorList& errors() { return errors_; }

 private:
  static std::string hint(std::string_view typed, std::span<const std::string_view> allowed);
  bool is_scalar(const Node& node, std::string_view key);
  std::string name_of(std::string_view key) const;
  void refuse_unknown_keys();

  const Node& node_;
  std::string what_;
  ErrorList& errors_;
  std::vector<std::string_view> known_;
  std::vector<std::string_view> required_;
  std::vector<std::string_view> misspelt_;
};

}  // namespace jkproxy::config

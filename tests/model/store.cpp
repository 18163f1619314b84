#include "tests/model/store.hpp"

#include <algorithm>

namespace jkproxy::model {

Store::Entry* Store::find(const SessionId& key) {
  for (auto& entry : entries_)
    if (entry.key == key) return &entry;
  return nullptr;
}

Store::Entry& Store::make(const SessionId& key) {
  if (auto* entry = find(key)) return *entry;
  entries_.push_back({.key = key, .content = {}, .deficit = {}, .removal = {}, .unsaved = {}});
  return entries_.back();
}

void Store::set(const SessionId& key, const Content& content, const Deficit& deficit) {
  if (!up_) return fail_to_set(key, content, Cause::store_lost_it);
  auto& entry = make(key);
  if (!entry.present && entry.removal.by == Removal::By::takeover) entry.came_back = true;
  entry.content = content;
  entry.deficit = deficit;
  entry.present = true;
  entry.unsaved.lacks &= ~content.writes;
}

void Store::fail_to_set(const SessionId& key, const Content& content, Cause cause) {
  auto& entry = make(key);
  const auto stored = entry.present ? entry.content.writes : 0;
  entry.unsaved = {.cause = cause, .lacks = entry.unsaved.lacks | (content.writes & ~stored)};
}

bool Store::has_another(const SessionId& key) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.present && entry.key.stem == key.stem && entry.key.node != key.node;
  });
}

void Store::remove(const SessionId& key, const Removal& removal) {
  auto& entry = make(key);
  const bool again = !entry.present && entry.removal.by == removal.by;
  if (again) return;
  entry.present = entry.came_back = false;
  entry.removal = removal;
}

void Store::end(TimePoint now) {
  up_ = false;
  for (auto& entry : entries_) {
    if (!entry.present) continue;
    entry.present = entry.came_back = false;
    entry.unsaved = {.cause = Cause::store_lost_it, .lacks = entry.content.writes};
    entry.removal = {.by = Removal::By::end_of_store, .when = now};
  }
}

}  // namespace jkproxy::model

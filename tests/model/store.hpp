#pragma once

#include <vector>

#include "tests/model/facts.hpp"

namespace jkproxy::model {

// Why a key is not there any more, and who is to blame.
struct Removal {
  enum class By : std::uint8_t { nobody, takeover, log_in_or_out, end_of_store };

  By by = By::nobody;
  int node = 0;               // that took it over
  std::uint32_t process = 0;  // of that node
  int proxy = 0;              // whose request that was
  bool after_freeze = false;  // the request had waited in a frozen process
  TimePoint when{};
};

// memcached: whole session ids and what is stored under them. Remembers what is gone, for the sake
// of the invariants.
class Store {
 public:
  struct Entry {
    SessionId key;
    Content content;
    Deficit deficit;
    bool present = false;
    bool came_back = false;  // stored again after a take-over had removed it
    Removal removal;
    Deficit unsaved;  // writes that ought to be here
  };

  // The entry of a key, whether it is present or was removed; null: there never was one.
  Entry* find(const SessionId& key);
  const Entry* find_present(const SessionId& key) {
    const auto* entry = find(key);
    return entry != nullptr && entry->present ? entry : nullptr;
  }
  void set(const SessionId& key, const Content& content, const Deficit& deficit);
  // What ought to have been stored, and is not.
  void fail_to_set(const SessionId& key, const Content& content, Cause cause);
  // The session's stem is present with another worker's route.
  bool has_another(const SessionId& key) const;
  void remove(const SessionId& key, const Removal& removal);

  bool is_up() const { return up_; }
  void end(TimePoint now);
  void restart() { up_ = true; }

 private:
  Entry& make(const SessionId& key);

  std::vector<Entry> entries_;
  bool up_ = true;
};

}  // namespace jkproxy::model

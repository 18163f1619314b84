// Addresses to listen on that would take the same connections.

#include <map>

#include "config/endpoint.hpp"
#include "config/schema.hpp"

namespace jkproxy::config {

namespace {

// `:80` and `[::]:80` take v4 and v6, `0.0.0.0:80` takes v4.
enum class Reach { one_address, all_v4, everything };

Reach reach_of(const Endpoint& bind) {
  if (bind.host.empty() || is_unspecified_v6(bind.host)) return Reach::everything;
  return bind.host == "0.0.0.0" ? Reach::all_v4 : Reach::one_address;
}

// Who listens on one port.
struct PortUse {
  const Endpoint* everything = nullptr;
  const Endpoint* all_v4 = nullptr;
  const Endpoint* some = nullptr;  // any at all
  const Endpoint* some_v4 = nullptr;
  std::map<std::string, const Endpoint*> addresses{};

  const Endpoint* taken_by(const Endpoint& bind) const {
    if (everything != nullptr || reach_of(bind) == Reach::everything)
      return everything != nullptr ? everything : some;
    const bool is_v4 = host_kind(bind.host) == HostKind::v4;
    if (is_v4 && (all_v4 != nullptr || reach_of(bind) == Reach::all_v4))
      return all_v4 != nullptr ? all_v4 : some_v4;
    const auto same = addresses.find(canonical_host(bind.host));
    return same == addresses.end() ? nullptr : same->second;
  }

  void add(const Endpoint& bind) {
    some = &bind;
    if (host_kind(bind.host) == HostKind::v4) some_v4 = &bind;
    if (reach_of(bind) == Reach::everything) everything = &bind;
    if (reach_of(bind) == Reach::all_v4) all_v4 = &bind;
    addresses.emplace(canonical_host(bind.host), &bind);
  }
};

class OverlapCheck {
 public:
  explicit OverlapCheck(ErrorList& errors) : errors_{errors} {}

  void add(const Endpoint& bind, Place place, const std::string& what) {
    if (bind.is_unix()) {
      const auto [first, is_new] = paths_.try_emplace(bind.unix_path, &bind);
      if (!is_new) complain(bind, *first->second, place, what);
      return;
    }
    if (bind.port == 0) return;  // any free port
    auto& use = ports_[bind.port];
    if (const auto* other = use.taken_by(bind)) return complain(bind, *other, place, what);
    use.add(bind);
  }

 private:
  void complain(const Endpoint& bind, const Endpoint& other, Place place, const std::string& what) {
    const auto text = to_text(bind);
    const auto why = text == to_text(other)
                         ? "a listener on " + text + " stands above already"
                         : text + " is taken by the listener on " + to_text(other) + " already";
    errors_.add(place,
                what + ": " + why + ": choose another " + (bind.is_unix() ? "path" : "port"));
  }

  ErrorList& errors_;
  std::map<std::uint16_t, PortUse> ports_;
  std::map<std::string, const Endpoint*> paths_;
};

}  // namespace

void check_listeners(const Settings& settings, const Places& places, ErrorList& errors) {
  const auto& section = places.listeners_section;
  if (settings.listeners.empty() && section.is_known &&
      (section.is_there || places.file == Place{}))
    errors.add(section.place, "no listeners: name at least one");
  OverlapCheck check{errors};
  for (std::size_t i = 0; i < settings.listeners.size(); ++i)
    if (places.listeners[i])
      check.add(settings.listeners[i].bind, *places.listeners[i], "listeners.bind");
  if (settings.status && places.status)
    check.add(settings.status->bind, *places.status, "status.bind");
}

}  // namespace jkproxy::config

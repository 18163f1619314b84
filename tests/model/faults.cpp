#include "tests/model/faults.hpp"

#include "tests/model/world.hpp"

namespace jkproxy::model {

namespace {

constexpr Duration millisecond{1'000};
constexpr Duration second{1'000'000};

// Of 100 faults: each share ends where the next one begins; the rest are ends of the store.
constexpr int kills = 40;
constexpr int freezes = 62;
constexpr int stops = 72;
constexpr int cuts = 80;
constexpr int drains = 90;
constexpr int shortages = 94;
constexpr int pauses = 98;

Tomcat& tomcat(World& world, int node) {
  return world.tomcats[static_cast<std::size_t>(node)];
}

void count(World& world, bool kill = false) {
  if (world.faults++ == 0) world.first_fault_is_a_kill = kill;
}

// Nothing, within a second, or after a while.
void restart_later(World& world, int node) {
  const int luck = world.trouble == Trouble::restarts ? 5 : world.random.below(10);
  if (luck < 2) return;
  const auto after = luck < 6 ? world.random.between(50 * millisecond, 900 * millisecond)
                              : world.random.between(1 * second, 15 * second);
  world.time.in(after, [&world, node] {
    count(world);
    world.note("RESTART ", name_of(node));
    tomcat(world, node).restart();
  });
}

void kill(World& world, int node) {
  count(world, true);
  world.note("KILL ", name_of(node));
  tomcat(world, node).kill();
  restart_later(world, node);
}

void freeze(World& world, int node) {
  count(world);
  world.note("FREEZE ", name_of(node));
  tomcat(world, node).freeze();
  const auto most = world.random.percent(50) ? 1 * second : 8 * second;
  const auto after = world.random.between(5 * millisecond, most);
  if (world.random.percent(20)) {
    world.time.in(after, [&world, node] { kill(world, node); });
    return;
  }
  world.time.in(after, [&world, node] {
    count(world);
    world.note("THAW ", name_of(node));
    tomcat(world, node).thaw();
  });
}

void stop(World& world, int node) {
  count(world);
  world.note("STOP ", name_of(node));
  tomcat(world, node).stop();
  world.time.in(2 * second, [&world, node] { restart_later(world, node); });
}

void cut_off(World& world, int node) {
  count(world);
  const bool refuses = world.random.percent(50);
  world.note("CUT OFF ", name_of(node), refuses ? " refused" : " silent");
  tomcat(world, node).cut_off(refuses);
  world.time.in(world.random.between(5 * millisecond, 3 * second), [&world, node] {
    count(world);
    world.note("RECONNECT ", name_of(node));
    tomcat(world, node).reconnect();
  });
}

void activate(World& world, int node, routing::Activation activation) {
  count(world);
  world.proxies_were_disturbed = world.activations_changed = true;
  world.note("ACTIVATION ", name_of(node), ' ', routing::to_text(activation));
  for (auto& proxy : world.proxies) proxy.set_activation(node, activation);
}

// The operator takes it out of routing, perhaps restarts it, and brings it back.
void drain(World& world, int node) {
  activate(world, node,
           world.random.percent(80) ? routing::Activation::stopped : routing::Activation::disabled);
  if (world.random.percent(40))
    world.time.in(world.random.between(500 * millisecond, 4 * second), [&world, node] {
      world.random.percent(50) ? stop(world, node) : kill(world, node);
    });
  world.time.in(world.random.between(50 * millisecond, 12 * second),
                [&world, node] { activate(world, node, routing::Activation::active); });
}

void run_out_of_sockets(World& world, int proxy) {
  count(world);
  world.proxies_were_disturbed = true;
  auto& victim = world.proxies[static_cast<std::size_t>(proxy)];
  world.note("OUT OF SOCKETS proxy ", proxy);
  victim.set_out_of_sockets(true);
  world.time.in(world.random.between(1 * millisecond, 500 * millisecond),
                [&victim] { victim.set_out_of_sockets(false); });
}

void pause_proxy(World& world, int proxy) {
  count(world);
  world.proxies_were_disturbed = true;
  auto& victim = world.proxies[static_cast<std::size_t>(proxy)];
  world.note("PAUSE proxy ", proxy);
  victim.pause();
  world.time.in(world.random.between(5 * millisecond, 5 * second), [&world, &victim] {
    world.note("RESUME");
    victim.resume();
  });
}

void end_store(World& world) {
  count(world);
  world.note("STORE ENDS");
  world.store.end(world.time.now());
  world.time.in(world.random.between(10 * millisecond, 3 * second),
                [&world] { world.store.restart(); });
}

int any_luck(World& world) {
  const bool mostly = world.random.percent(70);
  auto& random = world.random;
  switch (world.trouble) {
    case Trouble::restarts:
      if (mostly) return kills - 1;
      break;
    case Trouble::activations:
      if (mostly) return drains - 1;
      break;
    case Trouble::pauses:
      if (mostly) return random.percent(50) ? pauses - 1 : freezes - 1;
      break;
    case Trouble::anything:
    case Trouble::everywhere:
    case Trouble::old_cookies:
    case Trouble::no_threads: break;
  }
  return random.below(100);
}

void harm(World& world, int node, int luck) {
  if (luck < kills) return kill(world, node);
  if (luck < freezes) return freeze(world, node);
  if (luck < stops) return stop(world, node);
  cut_off(world, node);
}

}  // namespace

void begin_fault(World& world) {
  const int nodes = static_cast<int>(world.tomcats.size());
  const int node = world.random.below(nodes);
  const int proxy = world.random.below(static_cast<int>(world.proxies.size()));
  const int luck = world.trouble == Trouble::anything ? world.random.below(100) : any_luck(world);
  const bool everywhere = world.trouble == Trouble::everywhere && world.random.percent(60);
  if (everywhere && luck < cuts) {
    for (int each = 0; each < nodes; ++each) harm(world, each, luck);
    return;
  }
  if (luck < cuts) return harm(world, node, luck);
  if (luck < drains) return drain(world, node);
  if (luck < shortages) return run_out_of_sockets(world, proxy);
  if (luck < pauses || !world.store_may_end) return pause_proxy(world, proxy);
  end_store(world);
}

void heal(World& world) {
  world.note("HEAL");
  for (auto& tomcat : world.tomcats) {
    tomcat.reconnect();
    tomcat.thaw();
    tomcat.restart();
  }
  for (auto& proxy : world.proxies) {
    proxy.set_out_of_sockets(false);
    proxy.resume();
    for (int node = 0; node < static_cast<int>(world.tomcats.size()); ++node)
      proxy.set_activation(node, routing::Activation::active);
  }
  if (!world.store.is_up()) world.store.restart();
}

}  // namespace jkproxy::model

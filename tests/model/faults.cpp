#include "tests/model/faults.hpp"

#include "tests/model/world.hpp"

namespace jkproxy::model {

namespace {

constexpr Duration millisecond{1'000};
constexpr Duration second{1'000'000};

Tomcat& tomcat(World& world, int node) {
  return world.tomcats[static_cast<std::size_t>(node)];
}

void count(World& world, bool kill = false) {
  if (world.faults++ == 0) world.first_fault_is_a_kill = kill;
}

// Nothing, within a second, or after a while.
void restart_later(World& world, int node) {
  const int luck = world.random.below(10);
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

}  // namespace

void begin_fault(World& world) {
  const int node = world.random.below(static_cast<int>(world.tomcats.size()));
  const int proxy = world.random.below(static_cast<int>(world.proxies.size()));
  const int luck = world.random.below(100);
  if (luck < 40) return kill(world, node);
  if (luck < 62) return freeze(world, node);
  if (luck < 72) return stop(world, node);
  if (luck < 80) return cut_off(world, node);
  if (luck < 90) return drain(world, node);
  if (luck < 94) return run_out_of_sockets(world, proxy);
  if (luck < 98 || !world.store_may_end) return pause_proxy(world, proxy);
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

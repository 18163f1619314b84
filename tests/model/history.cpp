#include "tests/model/history.hpp"

#include "tests/model/faults.hpp"
#include "tests/model/world.hpp"

namespace jkproxy::model {

namespace {

constexpr Duration millisecond{1'000};
constexpr Duration second{1'000'000};

// A session may need to be asked for at all workers, each of which first has to be found dead.
constexpr Duration calm{15'000'000};

config::Settings make_settings(Random& random, int workers, Trouble trouble) {
  using routing::milliseconds;
  config::Settings settings;
  config::BalancerSettings balancer;
  balancer.takeover.wait = milliseconds{random.percent(50) ? 2000 : 500};
  balancer.connect_timeout = milliseconds{random.percent(50) ? 2000 : 500};
  balancer.response_timeout = milliseconds{random.percent(70) ? 10'000 : 3'000};
  balancer.recover_time = milliseconds{random.between(500, 5'000)};
  const int interval = random.percent(50) ? 2000 : 500;
  const bool checked = trouble == Trouble::everywhere ? random.percent(50) : random.percent(80);
  if (checked)
    balancer.health_check = config::HealthCheckSettings{.path = "/health",
                                                        .interval = milliseconds{interval},
                                                        .timeout = milliseconds{interval / 2},
                                                        .fall = random.between(1, 3),
                                                        .rise = random.between(1, 3),
                                                        .status = {}};
  for (int node = 0; node < workers; ++node) {
    config::WorkerSettings worker;
    worker.name = worker.route = std::string(1, name_of(node));
    worker.address.host = "127.0.0.1";
    worker.address.port = static_cast<std::uint16_t>(8000 + node);
    if (random.percent(20)) worker.domain = random.percent(50) ? "east" : "west";
    settings.workers.push_back(worker);
    balancer.workers.push_back(worker.name);
  }
  settings.balancers.push_back(balancer);
  return settings;
}

void make_world(World& world) {
  auto& random = world.random;
  const int workers = random.percent(70) ? 3 : random.between(2, 4);
  const int proxies = random.percent(20) ? 2 : 1;
  const int browsers = random.between(1, 3);
  world.store_may_end = random.percent(20);
  const auto settings = make_settings(random, workers, world.trouble);
  for (int node = 0; node < workers; ++node) world.tomcats.emplace_back(world, node);
  for (int proxy = 0; proxy < proxies; ++proxy) world.proxies.emplace_back(world, proxy, settings);
  for (int jar = 0; jar < browsers; ++jar) world.browsers.emplace_back(world, jar);
  for (auto& proxy : world.proxies)
    world.time.in(random.between(Duration{0}, 300 * millisecond), [&proxy] { proxy.start(); });
}

Kind any_kind(Random& random, const Browser& browser) {
  const int luck = random.below(100);
  if (luck < 35) return Kind::read;
  if (luck < 62) return Kind::post;
  if (luck < 84) return Kind::put;
  if (luck < 91) return Kind::static_file;
  if (luck < 94) return Kind::redirect;
  // A person logs in and out when nothing else is under way, but for some.
  if (!browser.is_idle() && random.percent(85)) return Kind::read;
  return luck < 98 ? Kind::login : Kind::logout;
}

Duration any_service(Random& random, Trouble trouble) {
  const bool slow = trouble == Trouble::activations || trouble == Trouble::pauses;
  const int luck = slow ? random.between(50, 99) : random.below(100);
  if (luck < 70) return random.between(millisecond, 20 * millisecond);
  if (luck < 95) return random.between(20 * millisecond, 400 * millisecond);
  if (luck < 99) return random.between(400 * millisecond, 3 * second);
  return random.between(3 * second, 12 * second);
}

Intent any_intent(World& world, const Browser& browser) {
  auto& random = world.random;
  Intent intent;
  intent.kind = any_kind(random, browser);
  intent.proxy = random.below(static_cast<int>(world.proxies.size()));
  intent.service = any_service(random, world.trouble);
  intent.old_cookie = random.percent(world.trouble == Trouble::old_cookies ? 35 : 7);
  if (random.percent(6)) intent.patience = random.between(millisecond, 2 * intent.service);
  intent.loses_answer = random.percent(2);
  return intent;
}

void send_something(World& world, std::size_t jar) {
  auto& browser = world.browsers[jar];
  browser.send(any_intent(world, browser));
}

// All tabs of a person at about the same time, and some requests later.
void send_burst(World& world, std::size_t jar, Duration about) {
  auto& random = world.random;
  const int size = random.between(1, 6);
  for (int i = 0; i < size; ++i) {
    const auto spread = random.percent(75) ? 40 * millisecond : 3 * second;
    const auto when = about + random.between(Duration{0}, spread);
    world.time.in(when, [&world, jar] { send_something(world, jar); });
  }
}

// A time in which things go wrong, with requests around every fault. Returns how long it lasts.
Duration add_phase(World& world, Duration begin) {
  auto& random = world.random;
  const int faults = random.percent(75) ? 1 : 2;
  for (int i = 0; i < faults; ++i) {
    const auto when = begin + random.between(Duration{0}, i == 0 ? 30 * millisecond : 2 * second);
    world.time.in(when, [&world] { begin_fault(world); });
  }
  for (std::size_t jar = 0; jar < world.browsers.size(); ++jar) send_burst(world, jar, begin);
  return random.percent(50) ? random.between(20 * millisecond, 700 * millisecond)
                            : random.between(700 * millisecond, 6 * second);
}

void read_once_more(World& world) {
  for (auto& browser : world.browsers)
    browser.send(
        {.kind = Kind::read, .proxy = world.random.below(static_cast<int>(world.proxies.size()))});
  world.scripted_to_come = false;
}

// Log on, then trouble, then calm, then a last look at what is left.
void write_script(World& world) {
  for (std::size_t jar = 0; jar < world.browsers.size(); ++jar) {
    const auto first = world.random.between(Duration{0}, 50 * millisecond);
    world.time.in(500 * millisecond + first, [&world, jar] {
      world.browsers[jar].send({.kind = Kind::read, .service = 5 * millisecond});
    });
    send_burst(world, jar, 600 * millisecond);
  }
  Duration when = 1 * second;
  const int phases = world.random.between(1, 4);
  for (int i = 0; i < phases; ++i) when += add_phase(world, when);
  world.time.in(when + 3 * second, [&world] { heal(world); });
  world.time.in(when + 3 * second + calm, [&world] { read_once_more(world); });
}

Result result_of(const World& world) {
  Result result{.violations = world.invariants.violations(),
                .excused = world.invariants.excused(),
                .proxies = static_cast<int>(world.proxies.size()),
                .requests = static_cast<int>(world.requests.size()),
                .sessions = static_cast<int>(world.sessions.size()) - 1,
                .faults = world.faults};
  for (const auto& request : world.requests) result.answered += request.status == 200 ? 1 : 0;
  for (const auto& session : world.sessions) result.takeovers += session.loaded ? 1 : 0;
  return result;
}

}  // namespace

std::string_view to_text(Trouble trouble) {
  switch (trouble) {
    case Trouble::anything: return "anything";
    case Trouble::restarts: return "restarts within a second";
    case Trouble::activations: return "stopped workers, slow servlets";
    case Trouble::everywhere: return "all Tomcats at once";
    case Trouble::old_cookies: return "old cookies";
    case Trouble::pauses: return "jkproxy itself stopped";
    case Trouble::no_threads: return "waiting for a thread";
  }
  return "?";
}

Result run_history(std::uint64_t seed, std::ostream* trace) {
  World world{seed};
  world.trace = trace;
  make_world(world);
  write_script(world);
  constexpr Duration endless{600 * second};
  while (world.time.run_next())
    if (world.time.now() - VirtualTime::begin() > endless) break;
  auto result = result_of(world);
  if (world.requests_under_way > 0) result.violations.push_back("a request never ended");
  return result;
}

}  // namespace jkproxy::model

#include "proxy/loop.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <random>

#include "routing/session_route.hpp"

namespace jkproxy::proxy {

namespace {

// A tick that comes later than this comes after a pause of the process or the machine.
constexpr milliseconds longest_tick{1000};

// The longest idle_timeout among the balancers: what no request may use any more is closed.
milliseconds longest_idle(const routing::Snapshot& snapshot) {
  milliseconds longest{0};
  for (const auto& balancer : snapshot.balancers)
    longest = std::max(longest, balancer.settings.idle_timeout);
  return longest;
}

std::uint64_t random_bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::string path_parameter_of(const routing::Snapshot& snapshot) {
  if (snapshot.balancers.empty()) return "jsessionid";
  return snapshot.balancers.front().settings.sticky_session.path_parameter;
}

}  // namespace

Loop::Loop(std::uint32_t index, const Shared& shared_by_all,
           std::shared_ptr<const routing::Snapshot> first)
    : io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO},
      executor{io.get_executor()},
      shared{shared_by_all},
      deadlines{shared_by_all.clock()},
      waiters{index},
      access_log{shared_by_all.access_log, path_parameter_of(*first)},
      work_{asio::make_work_guard(io)},
      ticker_{io},
      now_{shared_by_all.clock()},
      swept_at_{now_},
      second_at_{now_},
      wall_second_{std::time(nullptr)},
      request_id_salt_{random_bits()} {
  adopt(std::move(first));
}

// A control block of its own: threads that count references to one shared block would fight over
// its cache line with every request.
void Loop::adopt(std::shared_ptr<const routing::Snapshot> next) {
  auto own = std::make_shared<std::shared_ptr<const routing::Snapshot>>(std::move(next));
  snapshot = {own, own->get()};
  for (const auto& worker : snapshot->workers)
    if (const auto address = routing::literal_address(worker->settings.address))
      connections.set_address(worker->id(), *address);
}

void Loop::make_request_id(std::string& id) {
  static constexpr std::string_view digits = "0123456789abcdef";
  // An odd multiplier keeps them apart, the salt makes them differ between processes and threads.
  auto bits = (++next_request_id_ * 0x9e37'79b9'7f4a'7c15U) ^ request_id_salt_;
  std::array<char, 16> text{};
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, bits >>= 4)
    *digit = digits[bits & 15];
  id.assign(text.data(), text.size());
}

Loop::UnderWayList& Loop::under_way(routing::WorkerId worker) {
  while (worker >= under_way_.size()) under_way_.push_back(std::make_unique<UnderWayList>());
  return *under_way_[worker];
}

void Loop::break_off(routing::WorkerId worker) {
  connections.close_all(worker);
  std::vector<Waiter*> waiting;
  for (auto& exchange : under_way(worker)) {
    if (exchange.phase == UnderWay::Phase::relaying) continue;
    exchange.broken_off = true;
    waiting.push_back(exchange.waiter);
  }
  // Each waiter belongs to another client: waking one ends no other.
  for (auto* waiter : waiting) waiter->wake(Wake::called);
}

std::size_t Loop::under_way_of(routing::WorkerId worker, std::string_view stem) {
  const auto& list = under_way(worker);
  const auto of_session = [&](const UnderWay& exchange) {
    return routing::stem_of(exchange.session_id) == stem;
  };
  return static_cast<std::size_t>(std::count_if(list.begin(), list.end(), of_session));
}

void Loop::leave() {
  if (--present_ == 0 && (draining || stopping)) io.stop();
}

void Loop::run() {
  refresh_now();
  wait_for_tick();
  io.run();
  access_log.flush();
}

void Loop::drain() {
  draining = true;
  if (present_ == 0) return io.stop();
  waiters.wake_all();
}

void Loop::stop() {
  stopping = true;
  drain();
}

void Loop::wait_for_tick() {
  ticker_.expires_after(DeadlineWheel::tick);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Loop::tick() {
  refresh_now();
  // After a pause of this process what came meanwhile is read before any deadline counts.
  const bool paused = now_ - swept_at_ > longest_tick;
  swept_at_ = now_;
  if (!paused) deadlines.sweep(now_);
  if (now_ - second_at_ >= std::chrono::seconds{1}) every_second();
  wait_for_tick();
}

void Loop::every_second() {
  second_at_ = now_;
  wall_second_ = std::time(nullptr);
  connections.close_idle(now_ - longest_idle(*snapshot));
  access_log.flush();
}

void spawn(Loop& loop, Task<> work) {
  loop.enter();
  asio::co_spawn(loop.executor, std::move(work), [&loop](const std::exception_ptr& failure) {
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        loop.shared.log->error("a connection was closed: {}", error.what());
      }
    }
    loop.leave();
  });
}

}  // namespace jkproxy::proxy

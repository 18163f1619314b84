#include "proxy/io_thread.hpp"

#include <boost/asio/post.hpp>

#include "proxy/listener.hpp"
#include "proxy/loop.hpp"

namespace jkproxy::proxy {

IoThread::IoThread(std::uint32_t index, const Shared& shared,
                   std::shared_ptr<const routing::Snapshot> snapshot)
    : loop_{std::make_unique<Loop>(index, shared, std::move(snapshot))} {}

IoThread::~IoThread() = default;

void IoThread::listen(int descriptor, std::uint16_t port, std::size_t index) {
  ListenerPlace listener{.index = index, .port = port == 0 ? std::string{} : std::to_string(port)};
  spawn(*loop_, accept_clients(*loop_, descriptor, std::move(listener)));
}

void IoThread::run() {
  loop_->run();
}

void IoThread::adopt(std::shared_ptr<const routing::Snapshot> snapshot) {
  asio::post(loop_->io, [loop = loop_.get(), next = std::move(snapshot)]() mutable {
    loop->adopt(std::move(next));
  });
}

void IoThread::set_address(routing::WorkerId worker,
                           const std::optional<routing::Address>& address) {
  asio::post(loop_->io, [loop = loop_.get(), worker, address] {
    loop->connections.set_address(worker, address);
  });
}

void IoThread::wake(const routing::WaiterRef& waiter) {
  asio::post(loop_->io, [loop = loop_.get(), waiter] {
    loop->refresh_now();
    loop->waiters.wake(waiter);
  });
}

void IoThread::break_off(routing::WorkerId worker) {
  asio::post(loop_->io, [loop = loop_.get(), worker] {
    loop->refresh_now();
    loop->break_off(worker);
  });
}

void IoThread::count_session(std::shared_ptr<SessionCount> question) {
  asio::post(loop_->io, [loop = loop_.get(), asked = std::move(question)] {
    asked->under_way.fetch_add(loop->under_way_of(asked->worker, asked->stem),
                               std::memory_order_relaxed);
    const bool last = asked->threads_left.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (last) loop->shared.wake(asked->asker);
  });
}

void IoThread::drain() {
  asio::post(loop_->io, [loop = loop_.get()] { loop->drain(); });
}

void IoThread::stop() {
  asio::post(loop_->io, [loop = loop_.get()] { loop->stop(); });
}

void IoThread::flush_access_log() {
  asio::post(loop_->io, [loop = loop_.get()] { loop->access_log.flush(); });
}

const ThreadCounters& IoThread::counters() const {
  return loop_->counters;
}

}  // namespace jkproxy::proxy

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "proxy/access_log.hpp"

namespace jkproxy::proxy {
namespace {

constexpr std::size_t max_waiting_bytes = 8 * 1024 * 1024;
constexpr std::size_t max_spare_blocks = 16;

// What the writer's thread does next, in the order of the calls.
struct Order {
  std::string block;
  std::size_t lines = 0;
  bool reopen = false;
};

bool is_standard_stream(const std::string& file) {
  return file == "stdout" || file == "stderr";
}

// A descriptor, or -1 with errno.
int open_file(const std::string& file) {
  if (file == "stdout") return STDOUT_FILENO;
  if (file == "stderr") return STDERR_FILENO;
  return ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

// Between the I/O threads and the writer's. The mutex is held to move a string in or out, never
// while writing.
struct AccessLogWriter::Queue {
  std::string file;
  int descriptor = -1;  // the writer's thread only

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Order> orders;
  std::deque<std::string> spare;
  std::size_t waiting_bytes = 0;
  bool stopping = false;
  std::atomic<std::uint64_t> dropped{0};
  std::uint64_t told = 0;  // of `dropped`; the writer's thread only
  std::thread thread;

  void run();
  void start();
  void carry_out(Order& order);
  void tell_dropped();
  void close_file() const {
    if (descriptor >= 0 && !is_standard_stream(file)) ::close(descriptor);
  }
};

void AccessLogWriter::Queue::start() {
  // Signals are for the threads that wait for them; a closed pipe shall be an error, not the end.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread = std::thread{[this] { run(); }};
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    close_file();
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void AccessLogWriter::Queue::run() {
  std::unique_lock lock{mutex};
  for (;;) {
    changed.wait(lock, [this] { return stopping || !orders.empty(); });
    if (orders.empty()) return;
    auto order = std::move(orders.front());
    orders.pop_front();
    lock.unlock();
    const auto size = order.block.size();
    carry_out(order);
    lock.lock();
    waiting_bytes -= size;
    if (spare.size() < max_spare_blocks) {
      order.block.clear();
      spare.push_back(std::move(order.block));
    }
  }
}

void AccessLogWriter::Queue::carry_out(Order& order) {
  if (order.reopen) {
    const int opened = open_file(file);
    if (opened < 0) return;  // better the old file than none
    close_file();
    descriptor = opened;
    return;
  }
  if (!write_all(descriptor, order.block)) {
    dropped.fetch_add(order.lines, std::memory_order_relaxed);
    return;
  }
  tell_dropped();
}

void AccessLogWriter::Queue::tell_dropped() {
  const auto count = dropped.load(std::memory_order_relaxed);
  if (count == told) return;
  if (write_all(descriptor, "jkproxy: " + std::to_string(count - told) +
                                " lines dropped: disk too slow or full\n"))
    told = count;
}

AccessLogWriter::AccessLogWriter(const std::string& file) : queue_{std::make_unique<Queue>()} {
  queue_->file = file;
  queue_->descriptor = open_file(file);
  if (queue_->descriptor < 0)
    throw std::runtime_error{"cannot open access log " + file + ": " +
                             std::generic_category().message(errno)};
  queue_->start();
}

AccessLogWriter::~AccessLogWriter() {
  {
    const std::lock_guard lock{queue_->mutex};
    queue_->stopping = true;
  }
  queue_->changed.notify_one();
  queue_->thread.join();
  queue_->close_file();
}

std::string AccessLogWriter::take(std::string block, std::size_t lines) {
  std::string empty;
  {
    const std::lock_guard lock{queue_->mutex};
    if (queue_->waiting_bytes + block.size() > max_waiting_bytes) {
      queue_->dropped.fetch_add(lines, std::memory_order_relaxed);
      block.clear();
      return block;
    }
    queue_->waiting_bytes += block.size();
    queue_->orders.push_back({.block = std::move(block), .lines = lines, .reopen = false});
    if (!queue_->spare.empty()) {
      empty = std::move(queue_->spare.back());
      queue_->spare.pop_back();
    }
  }
  queue_->changed.notify_one();
  return empty;
}

void AccessLogWriter::reopen() {
  {
    const std::lock_guard lock{queue_->mutex};
    if (is_standard_stream(queue_->file)) return;
    queue_->orders.push_back({.block = {}, .lines = 0, .reopen = true});
  }
  queue_->changed.notify_one();
}

std::uint64_t AccessLogWriter::dropped() const {
  return queue_->dropped.load(std::memory_order_relaxed);
}

}  // namespace jkproxy::proxy

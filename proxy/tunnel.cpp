#include "proxy/tunnel.hpp"

namespace jkproxy::proxy {

namespace {

constexpr Framing until_close{.kind = Framing::Kind::until_close, .length = 0};

}  // namespace

Tunnel::Tunnel(ClientConnection& client, Stream& worker, ReadBuffer& from_worker, std::string& head)
    : client_{client},
      worker_{worker},
      from_worker_{from_worker},
      upload_{until_close, until_close, no_head_},
      download_{until_close, until_close, head} {}

Task<Tunnel::End> Tunnel::run(milliseconds idle_timeout, const bool& broken_off) {
  auto& loop = client_.loop;
  auto moved_at = loop.now();
  for (int steps = 1; up_ != Step::finished || down_ != Step::finished; ++steps) {
    const bool up = step_upload();
    const bool down = step_download();
    if (failed()) co_return End::broken;
    const bool moved = up || down;
    if (moved) moved_at = loop.now();
    if (moved && steps < BodyPump::steps_in_a_row) continue;
    if (moved) client_.waiter.wake(Wake::ready);
    if (!moved) arm();
    steps = 0;
    const auto wake = co_await client_.waiter.wait(moved_at + idle_timeout);
    loop.refresh_now();
    if (wake == Wake::deadline) co_return End::idle;
    if (broken_off || loop.stopping) co_return End::broken_off;
  }
  co_return End::orderly;
}

// True: something moved, or this half has just ended.
bool Tunnel::step_upload() {
  if (up_ == Step::finished) return false;
  up_ = upload_.step(*client_.stream, client_.in, worker_);
  if (up_ == Step::finished) worker_.end_writing();
  return up_ == Step::moved || up_ == Step::finished;
}

bool Tunnel::step_download() {
  if (down_ == Step::finished) return false;
  down_ = download_.step(worker_, from_worker_, *client_.stream);
  if (down_ == Step::finished) client_.stream->end_writing();
  return down_ == Step::moved || down_ == Step::finished;
}

void Tunnel::arm() {
  arm(up_, *client_.stream, worker_);
  arm(down_, worker_, *client_.stream);
}

void Tunnel::arm(Step step, Stream& source, Stream& sink) {
  if (step == Step::source_blocked) source.arm_read(client_.waiter);
  if (step == Step::sink_blocked) sink.arm_write(client_.waiter);
}

}  // namespace jkproxy::proxy

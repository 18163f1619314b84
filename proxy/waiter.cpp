#include "proxy/waiter.hpp"

namespace jkproxy::proxy {

void Waiter::wake(Wake why) {
  if (!resume_.held() || posted_) {
    kept_ = why;
    return;
  }
  kept_.reset();
  DeadlineWheel::clear(*this);
  resume_.call(why);
}

}  // namespace jkproxy::proxy

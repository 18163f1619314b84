#pragma once

#include "proxy/body_pump.hpp"
#include "proxy/client_connection.hpp"

namespace jkproxy::proxy {

// An upgraded connection (RFC 9110 7.8): bytes both ways, unread, with back-pressure. Each side may
// end its half; the tunnel ends with both. Lives in the frame of its attempt.
class Tunnel {
 public:
  enum class End : std::uint8_t {
    orderly,    // both sides ended
    broken,     // one side broke
    idle,       // nothing moved for too long
    broken_off  // the worker was found dead, or the loop stops
  };

  // `head`: the 101 that goes out first. Bytes that came early on either side are sent on.
  Tunnel(ClientConnection& client, Stream& worker, ReadBuffer& from_worker, std::string& head);

  // `broken_off` may become true while it waits.
  Task<End> run(milliseconds idle_timeout, const bool& broken_off);

  std::uint64_t bytes_to_worker() const { return upload_.body_bytes(); }
  std::uint64_t bytes_to_client() const { return download_.body_bytes(); }

 private:
  using Step = BodyPump::Step;

  bool step_upload();
  bool step_download();
  void arm();
  void arm(Step step, Stream& source, Stream& sink);
  bool failed() const { return fails(up_) || fails(down_); }
  static bool fails(Step step) { return step == Step::source_failed || step == Step::sink_failed; }

  ClientConnection& client_;
  Stream& worker_;
  ReadBuffer& from_worker_;
  std::string no_head_;
  BodyPump upload_;
  BodyPump download_;
  Step up_ = Step::moved;
  Step down_ = Step::moved;
};

}  // namespace jkproxy::proxy

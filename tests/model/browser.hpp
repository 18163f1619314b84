#pragma once

#include <vector>

#include "tests/model/facts.hpp"

namespace jkproxy::model {

struct World;
struct Visit;

// How one request is to be sent.
struct Intent {
  Kind kind = Kind::read;
  int proxy = 0;
  Duration service{1'000};
  bool old_cookie = false;  // an earlier cookie of the same session, as an old tab or URL has it
  Duration patience{0};     // the client leaves after so long; zero: it stays
  bool loses_answer = false;
};

// One person: tabs that share one cookie jar.
class Browser {
 public:
  Browser(World& world, int jar) : world_{world}, jar_{jar} {}

  void send(const Intent& intent);
  bool is_idle() const { return under_way_ == 0; }
  bool has_session() const { return session_ != 0; }

  // From a proxy; they set out now.
  void send_answer(RequestId id, const Visit& visit);
  void send_error(RequestId id, int status);

 private:
  SessionId cookie_for(const Intent& intent);
  void leave(RequestId id);
  bool ends(BrowserRequest& request, int status);
  void take_answer(RequestId id, const Visit& visit);
  void adopt(const BrowserRequest& request, const Visit& visit);
  void begin_anew();

  World& world_;
  int jar_;
  int era_ = 0;
  int under_way_ = 0;
  SessionId cookie_;
  std::vector<SessionId> earlier_;  // cookies of the same session
  std::uint32_t session_ = 0;
  bool logged_out_ = false;
  std::uint64_t seen_ = 0;  // writes that were answered or read
  int writes_ = 0;          // of this era; the first bit is the session's creation
  std::vector<RequestId> losing_;
};

}  // namespace jkproxy::model

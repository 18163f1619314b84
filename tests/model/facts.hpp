#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/model/virtual_time.hpp"

namespace jkproxy::model {

// Workers are numbered, and named and routed by a letter: 0 is A.
inline char name_of(int node) {
  return static_cast<char>('A' + node);
}

// The value of a session cookie.
struct SessionId {
  std::uint32_t stem = 0;  // 0: no cookie
  int node = 0;            // of the route

  bool empty() const { return stem == 0; }
  bool operator==(const SessionId&) const = default;
};

inline std::string to_text(const SessionId& id) {
  if (id.empty()) return {};
  return std::to_string(id.stem) + "-n1." + name_of(id.node);
}

// Everything that a session holds: which of its numbered writes.
struct Content {
  std::uint32_t session = 0;  // what a person would call the session: a log-in keeps it; 0: none
  std::uint64_t writes = 0;   // bit per write; the first one is its creation
};

// What no proxy can save. Each is recognised at the one place where it happens.
enum class Cause : std::uint8_t {
  none,
  store_lost_it,        // memcached ended, and the session with it
  stopped_in_a_write,   // a stopping Tomcat answers a write that it does not store any more
  killed_in_takeover,   // the fallback ended between its delete and its set
  second_owner_gone,    // the old cookie is all that the request has, and the second owner is gone
  frozen_took_the_key,  // a fallback frozen before its take-over had it when it thawed
  old_key_came_back,    // a thawed, stopping or cut off worker stored under its old key again
  only_an_old_copy,     // no other worker was usable; the proxy warned of it
  pins_not_shared,      // two jkproxy that saw different deaths
  refused_while_alive,  // a network that refuses connections looks like the end of a process
  restart_unseen,       // a quick restart, without a health check or with jkproxy itself stopped
  silent_while_alive,   // a check began while its worker was out of reach
  id_rotated_away,      // a log-in or log-out ended the id that this request came with
};
inline constexpr std::size_t causes = 13;
std::string_view to_text(Cause cause);

// What a copy of a session lacks through such a cause.
struct Deficit {
  Cause cause = Cause::none;
  std::uint64_t lacks = 0;  // writes
};

enum class Kind : std::uint8_t {
  read,         // GET: answers what the session holds
  post,         // a write that must not run twice
  put,          // a write that may
  login,        // POST: the session gets a new id
  logout,       // POST: the session ends
  static_file,  // GET: msm ignores it
  redirect,     // GET: the authenticator answers before msm's valve
};
std::string_view to_text(Kind kind);

inline bool is_idempotent(Kind kind) {
  return kind != Kind::post && kind != Kind::login && kind != Kind::logout;
}
inline bool is_write(Kind kind) {
  return kind == Kind::post || kind == Kind::put || kind == Kind::login;
}

using RequestId = std::uint32_t;
using VisitId = std::uint32_t;

// One request of a browser, and all that came of it.
struct BrowserRequest {
  RequestId id = 0;
  int jar = 0;
  int era = 0;    // of the jar: goes up when it begins anew
  int proxy = 0;  // that it is sent to
  Kind kind = Kind::read;
  SessionId cookie{};
  std::uint32_t session = 0;   // that the cookie stands for
  bool logged_out = false;     // and it was logged out before
  std::uint64_t must_see = 0;  // writes that this jar has been shown before
  std::uint64_t write = 0;     // the bit that it adds
  Duration service{0};         // how long its servlet takes
  TimePoint sent{};
  TimePoint finished{};  // zero: not yet
  int status = 0;        // 0: the client left
  bool client_left = false;
  bool waited = false;        // at a gate, or for its session to be quiet
  bool displaces = false;     // it moved its session itself
  int executions = 0;         // of its servlet
  std::uint64_t nodes = 0;    // bit per worker that began to serve it
  int faults_before = 0;      // in the whole history, when it was sent
  Duration paused_before{0};  // of its proxy, when it was sent

  bool is_over() const { return finished != TimePoint{}; }
};

// What a Tomcat answers.
struct Answer {
  SessionId set_cookie;
  Content seen;  // of the session, at the end; session 0: it did not look
  bool static_file = false;
};

}  // namespace jkproxy::model

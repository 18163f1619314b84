#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jkproxy::config {

using std::chrono::milliseconds;

// Where a listener binds or a worker lives: exactly one of the two forms.
struct Endpoint {
  std::string host;        // literal address or name; empty: all addresses, v4 and v6
  std::uint16_t port = 0;  // 0 in a listener: any free port
  std::string unix_path;   // not empty: a unix domain socket, host and port unused

  bool is_unix() const { return !unix_path.empty(); }
  bool operator==(const Endpoint&) const = default;
};

// `10.0.0.11:8080`, `[::1]:8080`, `:8080` or `unix:/run/jkproxy.sock`.
std::string to_text(const Endpoint& endpoint);

// The operator's wish for a worker (mod_jk: activation ACT, DIS, STP).
enum class Activation {
  active,    // takes new sessions
  disabled,  // keeps its sessions, takes no new ones
  stopped,   // gets nothing at all
};

// How `lb_value` grows (mod_jk: worker.lb.method).
enum class LbMethod { by_requests };

// The PROXY header that a worker gets in front of each connection.
enum class SendProxy { none, v1, v2 };

// The word that stands for the value in the file.
std::string_view to_text(Activation activation);
std::string_view to_text(LbMethod method);
std::string_view to_text(SendProxy version);

// A network in CIDR notation; addresses in network byte order, v4 as ::ffff:a.b.c.d.
struct Network {
  std::array<std::uint8_t, 16> address{};
  int prefix = 128;  // bits of the 128-bit form
  std::string text;  // as written

  bool operator==(const Network&) const = default;
};

struct ListenerSettings {
  Endpoint bind;
  int connections = 0;                    // clients at once; 0: no limit of its own
  std::vector<Network> proxy_protocol{};  // who sends a PROXY header first; empty: nobody does

  bool operator==(const ListenerSettings&) const = default;
};

// One Tomcat. `name` is the key in the file; `route` its jvmRoute.
struct WorkerSettings {
  std::string name;
  Endpoint address;
  std::string url;  // as written, for the operator's eyes
  std::string route;
  int factor = 1;  // 1..100; mod_jk's lbfactor
  Activation activation = Activation::active;
  std::string domain;    // empty: none; sessions fail over within it first
  int distance = 0;      // 0..100; nearer workers get new sessions first
  std::string redirect;  // worker that gets this one's sessions first; empty: none
  SendProxy send_proxy = SendProxy::none;

  bool operator==(const WorkerSettings&) const = default;
};

struct StickySessionSettings {
  std::string cookie = "JSESSIONID";
  std::string path_parameter = "jsessionid";
  bool force = false;  // true: 503 rather than a worker that is not the session's own

  bool operator==(const StickySessionSettings&) const = default;
};

struct TakeoverSettings {
  milliseconds wait{2000};         // the gate's longest wait for the first request's answer
  milliseconds remember{1800000};  // how long a take-over is kept after its last use

  bool operator==(const TakeoverSettings&) const = default;
};

// Inclusive range of HTTP status codes.
struct StatusRange {
  int from = 200;
  int to = 399;
  bool operator==(const StatusRange&) const = default;
};

struct HealthCheckSettings {
  std::string path;  // request target; never empty
  milliseconds interval{2000};
  milliseconds timeout{1000};
  int fall = 2;  // failed checks in a row until error
  int rise = 2;  // good checks in a row until ok
  StatusRange status;

  bool operator==(const HealthCheckSettings&) const = default;
};

struct BalancerSettings {
  std::string name = "default";
  std::vector<std::string> workers;
  LbMethod method = LbMethod::by_requests;
  StickySessionSettings sticky_session;
  TakeoverSettings takeover;
  milliseconds connect_timeout{2000};
  milliseconds response_timeout{60000};
  milliseconds idle_timeout{10000};  // kept-alive worker connections, see DESIGN "unsafe methods"
  milliseconds recover_time{60000};  // without a health check: error until one request probes
  std::vector<std::string> upgrade{"websocket"};  // protocols that may be tunnelled; lower case
  milliseconds tunnel_timeout{3600000};           // a tunnel in which nothing moves
  std::optional<HealthCheckSettings> health_check;

  bool operator==(const BalancerSettings&) const = default;
};

struct MountSettings {
  std::string host;  // lower case, without port; empty: every host
  std::string path = "/";
  std::string balancer;

  bool operator==(const MountSettings&) const = default;
};

struct StatusSettings {
  Endpoint bind;

  bool operator==(const StatusSettings&) const = default;
};

enum class AccessLogFormat { combined };

struct AccessLogSettings {
  std::string file;  // path, `stdout` or `stderr`; empty: no access log
  AccessLogFormat format = AccessLogFormat::combined;

  bool operator==(const AccessLogSettings&) const = default;
};

enum class LogLevel { debug, info, warning, error };

std::string_view to_text(AccessLogFormat format);
std::string_view to_text(LogLevel level);

struct LogSettings {
  std::string file = "stderr";  // path, `stdout` or `stderr`
  LogLevel level = LogLevel::info;

  bool operator==(const LogSettings&) const = default;
};

struct LimitSettings {
  std::uint64_t request_line = 8 * 1024;    // bytes; beyond: 414
  std::uint64_t head = 32 * 1024;           // bytes of request line and fields; beyond: 431
  std::uint64_t fields = 100;               // beyond: 431
  std::uint64_t response_head = 32 * 1024;  // bytes of a worker's answer's head; beyond: 502
  std::uint64_t replay_body = 64 * 1024;    // bytes of an idempotent request's body kept for replay
  std::uint64_t replay_memory = 64UL * 1024 * 1024;  // bytes of all bodies that are kept at a time
  std::uint64_t body_rate = 500;        // bytes a second that a client must send or take; 0: any
  int requests_per_connection = 10000;  // 0: no limit
  int connections = 0;                  // clients at once; 0: as many as the descriptors allow
  int connections_per_client = 0;  // from one address, unless it is a trusted proxy; 0: no limit

  bool operator==(const LimitSettings&) const = default;
};

struct ClientTimeoutSettings {
  milliseconds head{10000};        // first byte to end of head; beyond: 408
  milliseconds body{30000};        // without progress
  milliseconds keep_alive{60000};  // between requests

  bool operator==(const ClientTimeoutSettings&) const = default;
};

// A page of the operator's own. `{{request_id}}` in it stands for the request's id.
struct ErrorPageSettings {
  int status = 503;
  std::string file;  // a whole path
  std::string content_type;
  std::string text;  // what was in the file when the configuration was read

  bool operator==(const ErrorPageSettings&) const = default;
};

// One whole, validated configuration file with every default filled in.
struct Settings {
  std::vector<ListenerSettings> listeners;
  std::vector<WorkerSettings> workers;
  std::vector<BalancerSettings> balancers;
  std::vector<MountSettings> mounts;
  std::optional<StatusSettings> status;
  std::vector<Network> trusted_proxies;
  std::string request_id = "X-Request-ID";  // the field's name; empty: none is sent
  AccessLogSettings access_log;
  LogSettings log;
  std::vector<ErrorPageSettings> error_pages;
  LimitSettings limits;
  ClientTimeoutSettings client_timeouts;
  milliseconds shutdown_timeout{30000};  // how long a graceful stop waits for what is under way
  int threads = 0;                       // 0: one per core

  bool operator==(const Settings&) const = default;
};

}  // namespace jkproxy::config

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "proxy/admission.hpp"
#include "proxy/head_parser.hpp"
#include "proxy/loop.hpp"
#include "proxy/proxy_protocol.hpp"
#include "proxy/stream.hpp"

namespace jkproxy::proxy {

// Who the client is, as far as the connection, or the PROXY header in front of it, tells.
struct Peer {
  std::string address;        // without port; "unix" for unix sockets
  std::string listener_port;  // digits; empty for unix sockets
  bool trusted = false;       // by `trusted_proxies`
  bool tls = false;           // the client spoke TLS to whom the PROXY header comes from
  bool sends_proxy_header = false;
  std::uint64_t address_hash = 0;
  std::optional<SocketEnds> ends{};  // where some worker is to be told; none of unix sockets
};

// One client and what was read from it and not yet used. Lives in the frame of `serve_client`.
class ClientConnection {
 public:
  ClientConnection(Loop& loop, std::unique_ptr<Stream> stream, Peer peer);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  Loop& loop;
  const std::unique_ptr<Stream> stream;
  Peer peer;  // the same from the first request on
  ReadBuffer in;
  Waiter waiter;
  const routing::WaiterRef ref;
  std::uint64_t requests = 0;  // heads that were read
  TimePoint request_begin;     // first byte of the request that was read last
  OwnConnection own_connection;

  // Reads the PROXY header and learns from it who the client is. False: the connection is to be
  // closed.
  Task<bool> read_proxy_header();

  enum class HeadRead : std::uint8_t {
    complete,            // `head_size` bytes at the front of `in`
    closed,              // the client is gone, or has nothing to say; no answer
    timed_out,           // 408
    malformed,           // 400
    request_line_limit,  // 414
    head_limit,          // 431
  };
  Task<HeadRead> read_head();
  std::size_t head_size() const { return search_.size; }

  // What the client sends while its answer is under way.
  enum class Presence : std::uint8_t { here, gone };
  // Looks without waiting; pipelined bytes are kept. Arms reading if there may be more to learn.
  Presence watch();

  // How a wait for more of what the client sends ended.
  enum class More : std::uint8_t { come, gone, timed_out };
  // Reads into `in`, waiting where nothing has come yet.
  Task<More> read_more(TimePoint deadline);

  // True: all of it is with the client.
  Task<bool> write_all(std::string_view bytes);
  // Lets the client read our last bytes before the connection goes: closing with unread input
  // would reset it, and with it those bytes. Bounded in time.
  Task<> linger();

 private:
  bool skip_empty_lines();
  void learn_peer(const ProxyHeader& header);
  static HeadRead judge(HeadSearch::Found found);

  HeadSearch search_;
  std::size_t skipped_ = 0;  // bytes of empty lines before the request line
  bool first_request_ = true;
};

// Serves one client until either side is done: read a head, serve the exchange, again.
// `place` is given back at the end.
Task<> serve_client(Loop& loop, std::unique_ptr<Stream> stream, Peer peer, Admission::Place place);

// Tells a client for whom there is no place so: 503 with Retry-After.
Task<> turn_away(Loop& loop, std::unique_ptr<Stream> stream, Peer peer);

}  // namespace jkproxy::proxy

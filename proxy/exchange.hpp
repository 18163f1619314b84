#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "proxy/client_connection.hpp"
#include "proxy/error_page.hpp"
#include "proxy/exchange_record.hpp"
#include "proxy/message_head.hpp"
#include "proxy/request_rules.hpp"
#include "routing/choose_worker.hpp"
#include "routing/outcome.hpp"

namespace jkproxy::proxy {

// What becomes of the client's connection.
enum class [[nodiscard]] AfterExchange : std::uint8_t{
    next,    // another request may come
    linger,  // we close, once the client has read its answer
    close,   // nothing more to say
};

// One client request and its answer, over one or more attempts at workers. Owns the bytes of its
// head, so all it knows stays good over every wait. Lives in the frame of `serve_exchange`.
class Exchange {
 public:
  explicit Exchange(ClientConnection& client);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  ClientConnection& client;
  Loop& loop;
  const std::shared_ptr<const routing::Snapshot> snapshot;
  PooledText head_text;
  RequestHead head;
  RequestFacts facts;
  routing::Request request;
  routing::Decision decision;
  ExchangeRecord record;
  std::string request_id;

  std::string route_out;  // of the answer's Set-Cookie
  std::string held_body;  // a small body that was read whole, so that it can be sent again
  ReplayMemory::Share replay_share;
  bool body_held = false;
  bool replayable = true;          // its body, if it has one, can be sent once more
  bool client_keep_alive = false;  // until its head was checked
  bool client_gone = false;
  bool ends_with_connection = false;  // nothing else tells the client where the answer ends

  const routing::Worker& worker() const {
    return *request.balancer->members[decision.member].worker;
  }
  bool at_fallback() const { return decision.in_table && decision.own != decision.member; }

  // The head, the mount, the session: all before a worker is chosen. A refusal ends the exchange.
  std::optional<Refusal> read_request(ClientConnection::HeadRead read);

  // Takes the choice of a worker for the next attempt.
  void choose_worker();
  // The gate of a displaced session: others may follow, or go first. Does nothing for those who
  // have no place there.
  void leave_gate(routing::Leave how);

  // Counts and logs. Called once, at the end, whatever the end was.
  void finish();

 private:
  bool is_last_request() const;
  void adopt_request_id();
  std::optional<Refusal> find_balancer();
  void find_session();
  void leave_gate(const routing::TakeoverKey& key, routing::Leave how);

  std::string path_;      // canonical form, where it differs from the raw one
  bool at_gate_ = false;  // first or waiting: owes the table a `leave`
};

// Serves the request whose head was just read, or refuses it.
Task<AfterExchange> serve_exchange(ClientConnection& client, ClientConnection::HeadRead read);

}  // namespace jkproxy::proxy

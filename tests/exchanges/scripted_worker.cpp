#include "tests/exchanges/scripted_worker.hpp"

#include <algorithm>

namespace jkproxy::exchanges {

namespace {

constexpr int connections_at_once = 24;

// What jkproxy writes itself.
bool is_added(const Field& field) {
  return field.name == "Host" || field.name == "Content-Length" ||
         field.name == "Transfer-Encoding" || field.name == "Expect" ||
         field.name.starts_with("X-Forwarded-") || field.name == "X-Request-ID";
}

std::string text_of(const Fields& fields) {
  std::string text;
  for (const auto& field : fields) text.append(field.name).append(": ").append(field.value) += '\n';
  return text;
}

// How the head differs from what was meant; empty: it does not.
std::string difference(const Plan& plan, const Message& seen) {
  if (seen.first_line != plan.request.first_line) return "request line: " + seen.first_line;
  if (value_of(seen.fields, "Host") != "example.org") return "Host differs";
  if (value_of(seen.fields, "X-Forwarded-For") != "127.0.0.1") return "X-Forwarded-For differs";
  Fields own;
  std::remove_copy_if(seen.fields.begin(), seen.fields.end(), std::back_inserter(own), is_added);
  return own == plan.request.fields ? "" : "fields: " + text_of(own);
}

std::uint64_t seed_of(const Message& request) {
  return std::strtoull(value_of(request.fields, "X-Exchange").value_or("").c_str(), nullptr, 10);
}

std::string answer_bytes(const Plan& plan, bool early, Dice& dice) {
  auto message = plan.answer.message;
  if (early || !plan.answer.keeps_alive || message.coding == Coding::until_close)
    message.fields.push_back({"Connection", "close"});
  auto bytes = to_bytes(message, dice);
  if (plan.is_head) bytes.resize(bytes.find("\r\n\r\n") + 4);
  for (int i = 0; i < plan.answer.interims; ++i)
    bytes.insert(0, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
  return bytes;
}

}  // namespace

ScriptedWorker::ScriptedWorker(Ledger& ledger) : ledger_{ledger} {
  for (int i = 0; i < connections_at_once; ++i)
    threads_.emplace_back([this] { serve_connections(); });
}

ScriptedWorker::~ScriptedWorker() {
  over_ = true;
  listener_.stop_listening();
  for (auto& thread : threads_) thread.join();
}

void ScriptedWorker::serve_connections() {
  while (!over_) {
    auto connection = listener_.accept();
    while (connection.is_open() && serve_one(connection)) {
    }
  }
}

bool ScriptedWorker::serve_one(Connection& connection) {
  Message request;
  const auto arrival = receive_head(connection, request);
  if (arrival == Arrival::nothing || arrival == Arrival::cut) return false;
  const auto seed = seed_of(request);
  auto* const entry = ledger_.find(seed);
  if (entry == nullptr || arrival == Arrival::malformed) {
    ledger_.complain(seed, "a worker got a request that nobody sent: " + request.first_line);
    return false;
  }
  const auto plan = make_plan(seed);
  const auto deed = plan.deed(entry->attempts++);
  if (!plan.refusals.empty() && !plan.body_is_wrong)
    ledger_.complain(seed, "a worker got a request that is to be refused");
  if (const auto what = difference(plan, request); !what.empty()) ledger_.complain(seed, what);
  if (deed == Deed::close_at_once) return false;
  if (deed == Deed::answer_early) return do_deed(connection, plan, deed);
  return execute(connection, plan, deed, request);
}

bool ScriptedWorker::execute(Connection& connection, const Plan& plan, Deed deed,
                             Message& request) {
  if (value_of(request.fields, "Expect")) connection.send("HTTP/1.1 100 Continue\r\n\r\n");
  const auto arrival = receive_body(connection, request, false);
  if (arrival == Arrival::cut) return false;
  if (arrival == Arrival::malformed || plan.body_is_wrong || request.body != plan.request.body)
    ledger_.complain(plan.seed, "a worker got another body than was sent");
  const auto executions = ++ledger_.find(plan.seed)->executions;
  if (!plan.idempotent && executions > 1)
    ledger_.complain(plan.seed, "an unsafe request ran " + std::to_string(executions) + " times");
  return do_deed(connection, plan, deed);
}

bool ScriptedWorker::do_deed(Connection& connection, const Plan& plan, Deed deed) {
  Dice dice{~plan.seed};
  auto bytes = answer_bytes(plan, deed == Deed::answer_early, dice);
  const auto head_size = bytes.find("\r\n\r\n") + 4;
  switch (deed) {
    case Deed::answer: {
      const bool sent = send_in_pieces(connection, bytes, dice);
      return sent && plan.answer.keeps_alive && plan.answer.message.coding != Coding::until_close;
    }
    case Deed::answer_early: connection.send(bytes); return false;
    case Deed::reset_unanswered: connection.reset(); return false;
    case Deed::break_in_head: connection.send(bytes.substr(0, head_size - 1)); return false;
    case Deed::break_in_body:
      connection.send(
          bytes.substr(0, bytes.size() - std::min<std::size_t>(2, bytes.size() - head_size)));
      connection.reset();
      return false;
    case Deed::malformed: connection.send("HTTP/1.1 2000 OK\r\n\r\n"); return false;
    default: return false;
  }
}

}  // namespace jkproxy::exchanges

#include "tests/exchanges/scripted_client.hpp"

#include <algorithm>

namespace jkproxy::exchanges {

namespace {

using End = Connection::End;

constexpr std::size_t most_pipelined_bytes = 64UL * 1024;

bool is_framing(const Field& field) {
  return field.name == "Content-Length" || field.name == "Transfer-Encoding" ||
         field.name == "Connection";
}

int status_of(const Message& answer) {
  return answer.first_line.size() < 12 ? 0 : std::atoi(answer.first_line.c_str() + 9);
}

// By a worker, not by jkproxy itself.
bool is_a_workers(const Message& answer) {
  return value_of(answer.fields, "X-Exchange").has_value();
}

bool has_meant_head(const Plan& plan, const Message& answer) {
  Fields fields;
  std::remove_copy_if(answer.fields.begin(), answer.fields.end(), std::back_inserter(fields),
                      is_framing);
  return answer.first_line == plan.answer.message.first_line &&
         fields == plan.answer.message.fields;
}

bool is_meant(const Plan& plan, const Message& answer) {
  if (!has_meant_head(plan, answer)) return false;
  if (!plan.is_head) return answer.body == plan.answer.message.body;
  const auto length = value_of(answer.fields, "Content-Length");
  return !length || *length == std::to_string(plan.answer.message.body.size());
}

bool is_cut_as_meant(const Plan& plan, Arrival arrival, const Message& answer) {
  if (arrival == Arrival::nothing) return true;  // a reset overtakes what lay unread
  return arrival == Arrival::cut && (answer.first_line.empty() || has_meant_head(plan, answer)) &&
         plan.answer.message.body.starts_with(answer.body);
}

bool is_bad_gateway(Arrival arrival, const Message& answer) {
  const auto status = status_of(answer);
  return arrival == Arrival::whole && !is_a_workers(answer) && status >= 502 && status <= 504;
}

std::string text_of(Arrival arrival, const Message& answer) {
  static constexpr std::string_view names[] = {"whole", "nothing", "cut", "malformed"};
  return std::string{names[static_cast<std::size_t>(arrival)]} + ": " + answer.first_line + ", " +
         std::to_string(answer.body.size()) + " bytes";
}

// The index behind those that can go out together.
std::size_t end_of_batch(const std::vector<Plan>& plans, std::size_t begin, Dice& dice) {
  auto end = begin + 1;
  auto bytes = plans[begin].bytes.size();
  const auto most = dice.percent(10) ? begin + 4 : begin + 1;
  while (end < std::min(most, plans.size()) && plans[end - 1].can_share_a_connection() &&
         !plans[end].expects_continue && (bytes += plans[end].bytes.size()) < most_pipelined_bytes)
    ++end;
  return end;
}

}  // namespace

void ScriptedClient::run(std::uint64_t first_seed, std::size_t exchanges) {
  Dice dice{first_seed};
  constexpr std::size_t at_a_time = 8;
  for (std::size_t done = 0; done < exchanges; done += at_a_time) {
    std::vector<Plan> plans;
    for (auto i = done; i < std::min(done + at_a_time, exchanges); ++i)
      plans.push_back(make_plan(first_seed + i));
    for (std::size_t begin = 0; begin < plans.size();) {
      const auto end = end_of_batch(plans, begin, dice);
      exchange({plans.begin() + static_cast<std::ptrdiff_t>(begin),
                plans.begin() + static_cast<std::ptrdiff_t>(end)});
      begin = end;
    }
  }
  connection_.reset();
}

void ScriptedClient::exchange(const std::vector<Plan>& plans) {
  if (!connection_) connection_ = Connection::to(port_);
  const auto& last = plans.back();
  auto at_once = last.expects_continue ? last.bytes.find("\r\n\r\n") + 4 : last.bytes.size();
  std::string bytes;
  for (const auto& plan : plans) bytes.append(plan.bytes);
  const auto unsent = last.bytes.substr(at_once);
  bytes.resize(bytes.size() - unsent.size());
  Dice dice{last.seed};
  send_in_pieces(*connection_, bytes, dice);  // a refusal may come before its end
  for (const auto& plan : plans) {
    if (!connection_) return;  // it ended with an exchange before
    const auto result = receive(plan, unsent);
    judge(plan, result);
    settle(plan, result);
  }
}

ScriptedClient::Result ScriptedClient::receive(const Plan& plan, std::string_view unsent_body) {
  for (;;) {
    Result result;
    result.arrival = receive_answer(*connection_, result.answer, plan.is_head);
    const auto status = status_of(result.answer);
    if (result.arrival != Arrival::whole || status >= 200) return result;
    if (plan.old_client) ledger_.complain(plan.seed, "HTTP/1.0 got an interim answer");
    if (status != 100) continue;
    connection_->send(unsent_body);
    unsent_body = {};
  }
}

void ScriptedClient::judge(const Plan& plan, const Result& result) {
  const auto fault =
      plan.refusals.empty() ? fault_of(plan, result) : fault_of_refusal(plan, result);
  if (!fault.empty()) ledger_.complain(plan.seed, fault + text_of(result.arrival, result.answer));
}

std::string ScriptedClient::fault_of_refusal(const Plan& plan, const Result& result) {
  ++ledger_.refused;
  const auto status = result.arrival == Arrival::whole ? status_of(result.answer) : 0;
  const bool spared = plan.body_is_wrong && plan.deeds[0] != Deed::answer;
  const auto& good = plan.refusals;
  if (spared || std::find(good.begin(), good.end(), status) != good.end()) return {};
  return "should have been refused, was ";
}

std::string ScriptedClient::fault_of(const Plan& plan, const Result& result) {
  const auto& [arrival, answer] = result;
  const auto attempts = ledger_.find(plan.seed)->attempts.load();
  const bool meant = arrival == Arrival::whole && is_meant(plan, answer);
  const bool bad_gateway = is_bad_gateway(arrival, answer);
  if (attempts == 0) {
    ++ledger_.unserved;
    return bad_gateway ? "" : "was never at a worker, but ";
  }
  const auto deed = plan.deed(attempts - 1);
  ++(deed == Deed::answer ? ledger_.whole : ledger_.broken);
  if (deed == Deed::answer) return meant ? "" : "was answered, but ";
  if (deed == Deed::answer_early)
    return meant || bad_gateway || is_cut_as_meant(plan, arrival, answer) ? "" : "early answer: ";
  if (deed != Deed::break_in_body) return bad_gateway ? "" : "was broken off, but ";
  const auto& message = plan.answer.message;
  const bool complete = plan.is_head || message.coding == Coding::none ||
                        (message.coding == Coding::length && message.body.empty());
  if (complete && meant) return {};
  return bad_gateway || is_cut_as_meant(plan, arrival, answer) ? "" : "was cut off, but ";
}

// Keeps the connection, or awaits the end that was announced.
void ScriptedClient::settle(const Plan& plan, const Result& result) {
  const bool ends = value_of(result.answer.fields, "Connection") == "close" ||
                    result.answer.coding == Coding::until_close;
  if (result.arrival == Arrival::whole && !ends && !plan.client_closes) return;
  if (result.arrival == Arrival::whole && !ends && plan.old_client)
    ledger_.complain(plan.seed, "HTTP/1.0 was not told that the connection ends");
  if (ends && !connection_->receive_all().empty())
    ledger_.complain(plan.seed, "bytes behind the last answer");
  if (connection_->end() == End::silent) ledger_.complain(plan.seed, "the connection hangs");
  connection_.reset();
}

}  // namespace jkproxy::exchanges

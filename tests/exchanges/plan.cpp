#include "tests/exchanges/plan.hpp"

namespace jkproxy::exchanges {

namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view value_letters =
    "abcdefghijklmnopqrstuvwxyz ABC,;=\"()<>@/[]?{}\t!#$%&'*+-.^_`|~\x80\xff";

std::string field_value(Dice& dice) {
  return "v" + dice.text(dice.below(dice.percent(5) ? 3000 : 40), value_letters) + "v";
}

Fields some_fields(Dice& dice, std::string_view prefix) {
  Fields fields(dice.below(6));
  for (auto& field : fields)
    field = {std::string{prefix} + dice.text(1 + dice.below(12), letters), field_value(dice)};
  return fields;
}

void add_cookies(Plan& plan, Dice& dice) {
  static constexpr std::string_view others[] = {"", "a=b; ", "JSESSIONIDX=1.node2; ", "x=\"y\"; "};
  static constexpr std::string_view routes[] = {".node1", ".node2", ".node3", ".gone", "", "."};
  if (dice.percent(40)) return;
  plan.request.fields.push_back({"Cookie", std::string{dice.one_of(others)} +
                                               "JSESSIONID=" + dice.text(32, "0123456789ABCDEF") +
                                               std::string{dice.one_of(routes)}});
}

void add_hop_by_hop(Plan& plan, Dice& dice) {
  static const Fields choices[] = {{{"Keep-Alive", "timeout=5"}},
                                   {{"Connection", "X-Mine"}, {"X-Mine", "secret"}},
                                   {{"TE", "trailers"}},
                                   {{"Proxy-Connection", "keep-alive"}},
                                   {{"X-Forwarded-For", "1.2.3.4"}},
                                   {{"X_Forwarded_Host", "evil"}},
                                   {{"Proxy", "http://evil/"}}};
  if (dice.percent(20)) plan.hop_by_hop = dice.one_of(choices);
}

std::string target_of(std::uint64_t seed, Dice& dice) {
  static constexpr std::string_view behind[] = {"",         "?a=b&c=%20d",           "?",
                                                "/a/b.jsp", ";jsessionid=ABC.node3", "/%41%7e/"};
  return "/x/" + std::to_string(seed) + std::string{dice.one_of(behind)};
}

void make_request(Plan& plan, Dice& dice) {
  static constexpr std::string_view methods[] = {"GET",   "GET",     "GET",     "GET",  "HEAD",
                                                 "POST",  "POST",    "PUT",     "POST", "DELETE",
                                                 "PATCH", "OPTIONS", "PROPFIND"};
  const std::string method{dice.one_of(methods)};
  plan.is_head = method == "HEAD";
  plan.idempotent = method != "POST" && method != "PATCH" && method != "PROPFIND";
  plan.old_client = dice.percent(5);
  plan.client_closes = dice.percent(5) || plan.old_client;
  auto& request = plan.request;
  request.first_line = method + " " + target_of(plan.seed, dice) + " HTTP/1.1";
  request.fields = some_fields(dice, "X-A");
  request.fields.push_back({"X-Exchange", std::to_string(plan.seed)});
  add_cookies(plan, dice);
  add_hop_by_hop(plan, dice);
  const bool may_have_body = !plan.is_head && method != "GET" && method != "OPTIONS";
  if (!may_have_body || dice.percent(20)) return;
  request.coding = plan.old_client || dice.percent(60) ? Coding::length : Coding::chunked;
  request.body = dice.text(dice.body_size(), letters);
  plan.expects_continue = !plan.old_client && !request.body.empty() && dice.percent(10);
}

std::string request_bytes(const Plan& plan, Dice& dice) {
  auto sent = plan.request;
  if (plan.old_client) sent.first_line.back() = '0';
  sent.fields.insert(sent.fields.begin(), {"Host", "example.org"});
  sent.fields.insert(sent.fields.end(), plan.hop_by_hop.begin(), plan.hop_by_hop.end());
  if (plan.client_closes && plan.hop_by_hop.empty() && !plan.old_client)
    sent.fields.push_back({"Connection", "close"});
  if (plan.expects_continue) sent.fields.push_back({"Expect", "100-continue"});
  return to_bytes(sent, dice);
}

struct Fault {
  std::string_view before;  // this text in the bytes...
  std::string_view after;   // ...becomes this
  std::vector<int> refusals;
};

// Nearly valid. Their `before` is in each request.
const std::vector<Fault>& faults() {
  static const std::string nul{"X-Exchange: a\0b", 15};
  static const std::vector<Fault> all{
      {"Host:", "Host :", {400}},
      {"Host:", "X: a\r\n folded\r\nHost:", {400}},
      {"Host:", " X: a\r\nHost:", {400}},
      {"Host:", "Host: other.org\r\nHost:", {400}},
      {"example.org", "exa mple.org", {400}},
      {"example.org", "user@example.org", {400}},
      {"Host:", "Host: example.org\nX:", {400}},
      {"example.org", "example.org\rX: y", {400}},
      {"Host:", "Content-Length: 5, 6\r\nHost:", {400}},
      {"Host:", "Content-Length: +5\r\nHost:", {400}},
      {"Host:", "Content-Length: 5\r\nContent-Length: 7\r\nHost:", {400}},
      {"Host:", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nHost:", {400}},
      {"Host:", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\nHost:", {400}},
      {"Host:", "Transfer-Encoding: xchunked\r\nHost:", {400, 501}},
      {"Host:", "Transfer-Encoding: chunked, identity\r\nHost:", {400, 501}},
      {"Host:",
       "Transfer-Encoding:\x0b"
       "chunked\r\nHost: ",
       {400, 501}},
      {"Host:", "Expect: something\r\nHost:", {417, 400}},
      {"Host:", ": nameless\r\nHost:", {400}},
      {"Host:", "X(y): z\r\nHost:", {400}},
      {"X-Exchange:", nul, {400}},
      {"/x/", "x/", {400}},
      {"/x/", "/x/ ", {400}},
      {"/x/", "/x/%00", {400}},
      {"/x/", "/x/..%2f..%2f../", {400, 404}},
      {" HTTP/1.", " HTTP/2.", {400, 505}},
      {" HTTP/1.", " HTTP/1.1.", {400, 505}},
      {" HTTP/1.", "  HTTP/1.", {400}},
      {" HTTP/1.", " http/1.", {400}},
  };
  return all;
}

void spoil(Plan& plan, Dice& dice) {
  const auto& fault = dice.one_of(faults());
  const auto at = plan.bytes.find(fault.before);
  plan.bytes.replace(at, fault.before.size(), fault.after);
  plan.refusals = fault.refusals;
  plan.client_closes = true;
}

// The first chunk's size becomes something else.
void spoil_chunks(Plan& plan, Dice& dice) {
  static constexpr std::string_view sizes[] = {
      "0x5\r\n", "-1\r\n", "fffffffffffffffff\r\n", "g\r\n", " 5\r\n", "5 \n", "\r\n"};
  const auto at = plan.bytes.find("\r\n\r\n") + 4;
  plan.bytes.replace(at, plan.bytes.find("\r\n", at) + 2 - at, dice.one_of(sizes));
  plan.refusals = {400, 0, 502};
  plan.body_is_wrong = plan.client_closes = true;
}

void make_answer(Plan& plan, Dice& dice) {
  static constexpr std::string_view statuses[] = {
      "200 OK",        "200 OK",   "200 ",           "201 Created",     "302 ",
      "404 Not Found", "500 Oops", "204 No Content", "304 Not Modified"};
  auto& answer = plan.answer.message;
  const auto status = dice.one_of(statuses);
  answer.first_line = "HTTP/1.1 " + std::string{status};
  answer.fields = some_fields(dice, "X-B");
  answer.fields.push_back({"X-Exchange", std::to_string(plan.seed)});
  if (dice.percent(20)) answer.fields.push_back({"Set-Cookie", "other=" + field_value(dice)});
  plan.answer.interims = !plan.old_client && dice.percent(5) ? 1 : 0;
  plan.answer.keeps_alive = dice.percent(90);
  if (status.starts_with("204") || status.starts_with("304")) return;
  answer.body = dice.text(dice.body_size(), letters);
  answer.coding = dice.percent(50) ? Coding::length : Coding::chunked;
  if (!plan.is_head && dice.percent(5)) answer.coding = Coding::until_close;
}

Deed fault_of_a_worker(Dice& dice) {
  static constexpr Deed deeds[] = {
      Deed::answer_early,  Deed::close_at_once, Deed::close_unanswered, Deed::reset_unanswered,
      Deed::break_in_head, Deed::break_in_body, Deed::malformed};
  return dice.one_of(deeds);
}

}  // namespace

Plan make_plan(std::uint64_t seed) {
  Dice dice{seed};
  Plan plan;
  plan.seed = seed;
  make_request(plan, dice);
  plan.bytes = request_bytes(plan, dice);
  if (dice.percent(5)) {
    spoil(plan, dice);
  } else if (plan.request.coding == Coding::chunked && !plan.expects_continue && dice.percent(5)) {
    spoil_chunks(plan, dice);
  }
  make_answer(plan, dice);
  if (dice.percent(2)) plan.deeds[0] = fault_of_a_worker(dice);
  if (dice.percent(20)) plan.deeds[1] = fault_of_a_worker(dice);
  if (plan.deeds[0] == Deed::answer_early || plan.deeds[1] == Deed::answer_early)
    plan.answer.message.body.resize(std::min<std::size_t>(plan.answer.message.body.size(), 8000));
  return plan;
}

}  // namespace jkproxy::exchanges

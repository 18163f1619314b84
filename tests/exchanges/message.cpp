#include "tests/exchanges/message.hpp"

#include <charconv>
#include <system_error>

namespace jkproxy::exchanges {

namespace {

using End = Connection::End;

constexpr std::string_view line_end = "\r\n";

std::string in_chunks(std::string_view body, Dice& dice) {
  static constexpr std::string_view extensions[] = {"", "", "", ";a=b", ";x=\"y z\"", ";q"};
  std::string out;
  while (!body.empty()) {
    const auto part = body.substr(0, 1 + dice.below(dice.percent(20) ? 10 : 20'000));
    char size[16];
    const auto end = std::to_chars(size, size + sizeof size, part.size(), 16);
    out.append(size, end.ptr).append(dice.one_of(extensions)).append(line_end);
    out.append(part).append(line_end);
    body.remove_prefix(part.size());
  }
  out.append("0\r\n");
  if (dice.percent(10)) out.append("X-Trailer: t\r\n");
  return out.append(line_end);
}

std::optional<std::size_t> number(std::string_view digits, int base) {
  std::size_t value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value, base);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return value;
}

bool add_field(std::string_view line, Fields& fields) {
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto name = line.substr(0, colon);
  const auto value = line.substr(colon + 2);
  if (name.find_first_of(" \t\r\n") != std::string_view::npos) return false;
  if (value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos) return false;
  fields.push_back({std::string{name}, std::string{value}});
  return true;
}

Arrival receive_chunks(Connection& connection, std::string& body) {
  for (;;) {
    const auto line = connection.receive_until(line_end);
    if (line.empty()) return Arrival::cut;
    const auto size = number(std::string_view{line}.substr(0, line.size() - 2), 16);
    if (!size) return Arrival::malformed;
    const auto part = connection.receive(*size);
    body.append(part);
    if (part.size() < *size) return Arrival::cut;
    const auto behind = connection.receive(2);
    if (behind.size() < 2) return Arrival::cut;
    if (behind != line_end) return Arrival::malformed;
    if (*size == 0) return Arrival::whole;
  }
}

Arrival receive_length(Connection& connection, std::string_view digits, std::string& body) {
  const auto size = number(digits, 10);
  if (!size) return Arrival::malformed;
  body = connection.receive(*size);
  return body.size() == *size ? Arrival::whole : Arrival::cut;
}

bool has_no_body(std::string_view status) {
  return status.starts_with("1") || status == "204" || status == "304";
}

}  // namespace

std::string to_bytes(const Message& message, Dice& dice) {
  auto out = message.first_line + "\r\n";
  for (const auto& field : message.fields) {
    out.append(field.name).append(":").append(dice.percent(90) ? " " : dice.text(3, " \t"));
    out.append(field.value).append(dice.percent(95) ? "" : " ").append(line_end);
  }
  if (message.coding == Coding::length)
    out.append("Content-Length: ").append(std::to_string(message.body.size())).append(line_end);
  if (message.coding == Coding::chunked) out.append("Transfer-Encoding: chunked\r\n");
  out.append(line_end);
  return out.append(message.coding == Coding::chunked ? in_chunks(message.body, dice)
                                                      : message.body);
}

bool send_in_pieces(const Connection& connection, std::string_view bytes, Dice& dice) {
  for (int pieces = dice.percent(70) ? 0 : 5; pieces > 0 && !bytes.empty(); --pieces) {
    const auto piece = bytes.substr(0, 1 + dice.below(dice.percent(50) ? 5 : bytes.size()));
    if (!connection.send(piece)) return false;
    bytes.remove_prefix(piece.size());
  }
  return connection.send(bytes);
}

std::optional<std::string> value_of(const Fields& fields, std::string_view name) {
  for (const auto& field : fields)
    if (field.name == name) return field.value;
  return std::nullopt;
}

Arrival receive_head(Connection& connection, Message& message) {
  message = {};
  const auto head = connection.receive_head();
  if (head.empty()) return connection.holds_bytes() ? Arrival::cut : Arrival::nothing;
  std::string_view lines{head};
  lines.remove_suffix(line_end.size());
  message.first_line = lines.substr(0, lines.find(line_end));
  lines.remove_prefix(message.first_line.size() + 2);
  for (; !lines.empty(); lines.remove_prefix(lines.find(line_end) + 2))
    if (!add_field(lines.substr(0, lines.find(line_end)), message.fields))
      return Arrival::malformed;
  return Arrival::whole;
}

Arrival receive_body(Connection& connection, Message& message, bool until_close) {
  const auto length = value_of(message.fields, "Content-Length");
  const auto coding = value_of(message.fields, "Transfer-Encoding");
  if (length && coding) return Arrival::malformed;
  if (coding) {
    message.coding = Coding::chunked;
    return *coding == "chunked" ? receive_chunks(connection, message.body) : Arrival::malformed;
  }
  if (length) {
    message.coding = Coding::length;
    return receive_length(connection, *length, message.body);
  }
  if (!until_close) return Arrival::whole;
  message.coding = Coding::until_close;
  message.body = connection.receive_all();
  return connection.end() == End::closed ? Arrival::whole : Arrival::cut;
}

Arrival receive_request(Connection& connection, Message& message) {
  const auto arrival = receive_head(connection, message);
  return arrival == Arrival::whole ? receive_body(connection, message, false) : arrival;
}

Arrival receive_answer(Connection& connection, Message& message, bool bodiless) {
  const auto arrival = receive_head(connection, message);
  if (arrival != Arrival::whole) return arrival;
  if (!message.first_line.starts_with("HTTP/1.1 ")) return Arrival::malformed;
  const auto status = message.first_line.substr(9, 3);
  if (bodiless || has_no_body(status)) return Arrival::whole;
  return receive_body(connection, message, true);
}

}  // namespace jkproxy::exchanges

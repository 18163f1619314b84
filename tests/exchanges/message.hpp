#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/exchanges/dice.hpp"
#include "tests/fakes/connection.hpp"

namespace jkproxy::exchanges {

using fakes::Connection;

struct Field {
  std::string name;
  std::string value;
  bool operator==(const Field&) const = default;
};
using Fields = std::vector<Field>;

enum class Coding : std::uint8_t { none, length, chunked, until_close };

// A message as one side means it, or as the other understood it.
struct Message {
  std::string first_line;
  Fields fields;  // without those of the framing where it is meant
  Coding coding = Coding::none;
  std::string body;
};

// How a message came in.
enum class Arrival : std::uint8_t {
  whole,
  nothing,    // the connection ended before a byte
  cut,        // it ended within
  malformed,  // not what the strictest reading of RFC 9112 allows
};

// The bytes of it; the chunks' sizes and extensions by chance.
std::string to_bytes(const Message& message, Dice& dice);
// In pieces as chance has it. False: the peer takes no more.
bool send_in_pieces(const Connection& connection, std::string_view bytes, Dice& dice);

// Reads a head and its body. `bodiless`: an answer to HEAD.
Arrival receive_request(Connection& connection, Message& message);
Arrival receive_answer(Connection& connection, Message& message, bool bodiless);
// The head alone, and what follows it.
Arrival receive_head(Connection& connection, Message& message);
Arrival receive_body(Connection& connection, Message& message, bool until_close);

std::optional<std::string> value_of(const Fields& fields, std::string_view name);

}  // namespace jkproxy::exchanges

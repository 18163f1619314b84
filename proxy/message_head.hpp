#pragma once

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jkproxy::proxy {

namespace http = boost::beast::http;

// A stretch of a head's bytes, by position: stays good when the bytes move to another block.
struct Slice {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  std::string_view in(std::string_view bytes) const { return bytes.substr(offset, length); }
};

// One field line. `name_id` is Beast's enum, `unknown` for names it does not know.
struct Field {
  http::field name_id = http::field::unknown;
  Slice name;
  Slice value;  // without surrounding blanks
};

using Fields = boost::container::small_vector<Field, 24>;

// A parsed request head. All slices count from the head's first byte.
struct RequestHead {
  http::verb verb = http::verb::unknown;
  Slice method;
  Slice target;
  int version = 11;      // 10 or 11
  std::size_t size = 0;  // bytes, the empty line included; 0 unless parsed and good
  Fields fields;
};

// A parsed response head.
struct ResponseHead {
  int status = 0;
  Slice reason;
  int version = 11;
  std::size_t size = 0;
  Fields fields;
};

// How the bytes behind a head are framed (RFC 9112 6).
struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;  // for Kind::length
  bool operator==(const Framing&) const = default;
};

}  // namespace jkproxy::proxy

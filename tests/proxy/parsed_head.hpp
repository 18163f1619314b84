#pragma once

#include <gtest/gtest.h>

#include <string>

#include "proxy/head_parser.hpp"
#include "proxy/request_rules.hpp"
#include "proxy/response_rules.hpp"

namespace jkproxy::proxy {

// A request head from its lines, parsed and checked as the data path does it.
struct CheckedRequest {
  explicit CheckedRequest(std::string head_bytes) : bytes{std::move(head_bytes)} {
    result = parse_request_head(bytes, 100, head);
    if (result == Parsed::good) refusal = check_request(head, bytes, facts);
  }

  // 0: let through.
  int status() const {
    switch (result) {
      case Parsed::good: return refusal ? refusal->status : 0;
      case Parsed::malformed: return 400;
      case Parsed::too_many_fields: return 431;
      case Parsed::unsupported_version: return 505;
    }
    return -1;
  }
  std::string host() const { return std::string{facts.host.in(bytes)}; }
  std::string path() const { return std::string{facts.before_path}.append(facts.path.in(bytes)); }

  std::string bytes;
  RequestHead head;
  Parsed result = Parsed::malformed;
  std::optional<Refusal> refusal;
  RequestFacts facts;
};

struct CheckedResponse {
  explicit CheckedResponse(std::string head_bytes, bool answers_head_request = false,
                           std::string_view upgrade = {})
      : bytes{std::move(head_bytes)} {
    result = parse_response_head(bytes, 100, head);
    if (result == Parsed::good)
      fault = check_response(head, bytes, answers_head_request, upgrade, facts);
  }
  bool good() const { return result == Parsed::good && !fault; }

  std::string bytes;
  ResponseHead head;
  Parsed result = Parsed::malformed;
  std::optional<std::string_view> fault;
  ResponseFacts facts;
};

}  // namespace jkproxy::proxy

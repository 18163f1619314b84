#pragma once

#include "proxy/exchange.hpp"

namespace jkproxy::proxy {

// The page to read first: chooses a worker, tries it, and fails over while that is safe.
Task<AfterExchange> serve(Exchange& exchange);

// Answers by itself, with an error page.
Task<AfterExchange> refuse(Exchange& exchange, Refusal refusal);

}  // namespace jkproxy::proxy

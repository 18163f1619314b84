#pragma once

#include "proxy/exchange.hpp"

namespace jkproxy::proxy {

// The waits of an exchange for something other than its sockets. While it waits its client's
// unread bytes are parked, and a client that leaves is noticed.

// At the gate of a displaced session, until called or `retry_at`. False: the request ends here.
Task<bool> wait_at_gate(Exchange& exchange);

// Until nobody else has used the session for `routing::quiet_time`, for at most `takeover.wait`.
// True: it is quiet. False: it is not, or the client left (`client_gone`), or the loop stops.
Task<bool> wait_until_quiet(Exchange& exchange);

// One check of the exchange's worker, at once: the balancer's health check, without one a connect.
// True: it lives, as far as one can tell.
Task<bool> worker_lives(Exchange& exchange);

}  // namespace jkproxy::proxy

#include "status/report.hpp"

#include <gtest/gtest.h>

#include "status/json_writer.hpp"
#include "status/status_service.hpp"
#include "tests/fakes/manual_clock.hpp"

namespace jkproxy::status {
namespace {

using namespace std::chrono_literals;

Report one_worker() {
  config::Settings settings;
  auto& worker = settings.workers.emplace_back();
  worker.name = worker.route = "node1";
  worker.url = "http://10.0.0.11:8080";
  auto& balancer = settings.balancers.emplace_back();
  balancer.name = "farm";
  balancer.workers = {"node1"};
  fakes::ManualClock clock;
  const auto started = clock.now();
  const auto snapshot = routing::build_snapshot(settings, nullptr);
  auto& runtime = *snapshot->workers[0]->runtime;
  clock.turn(5s);
  runtime.publish(routing::WorkerState::error, clock.now());
  runtime.busy = 2;
  runtime.elected = 17;
  runtime.errors = 1;
  runtime.bytes_from_worker = 2'000'000;
  runtime.tunnels = 2;
  clock.turn(63s);
  return make_report(
      {.snapshot = *snapshot,
       .standings = {{.worker = runtime.id, .cause = "a \"cause\"\n", .last_check = "status 503"}},
       .takeovers = {.confirmed = 3, .provisional = 2, .gates_closed = 1},
       .totals = {.threads = 2,
                  .requests = 18,
                  .connections = 5,
                  .open = 4,
                  .limits = {{.name = "head", .met = 3}, {.name = "fields"}}},
       .version = "0.1.0",
       .started = started,
       .now = clock.now()});
}

TEST(StatusJson, TellsEverything) {
  EXPECT_EQ(to_json(one_worker()), R"({
  "version": "0.1.0",
  "uptime_ms": 68000,
  "stopping": false,
  "threads": {
    "count": 2,
    "requests": 18,
    "refusals": 0,
    "connections": 5,
    "open_connections": 4,
    "log_lines_dropped": 0
  },
  "limits": {
    "head": 3,
    "fields": 0
  },
  "takeovers": {
    "confirmed": 3,
    "provisional": 2,
    "under_way": 1,
    "waiting": 0
  },
  "balancers": [
    {
      "name": "farm",
      "method": "by_requests",
      "sticky_session_force": false,
      "workers": [
        "node1"
      ]
    }
  ],
  "workers": [
    {
      "name": "node1",
      "url": "http://10.0.0.11:8080",
      "route": "node1",
      "activation": "ACT",
      "state": "ERR",
      "since_ms": 63000,
      "cause": "a \"cause\"\n",
      "last_check": "status 503",
      "factor": 1,
      "distance": 0,
      "domain": "",
      "redirect": "",
      "busy": 2,
      "tunnels": 2,
      "lb_value": 0,
      "elected": 17,
      "sessions": 0,
      "answered": 0,
      "errors": 1,
      "client_errors": 0,
      "bytes_to_worker": 0,
      "bytes_from_worker": 2000000
    }
  ]
}
)");
}

TEST(StatusText, HasAlignedColumnsInModJksWords) {
  auto report = one_worker();
  report.workers[0].cause = "connection refused";
  EXPECT_EQ(to_plain_text(report),
            "jkproxy 0.1.0, up 1m 8s\n"
            "Threads: 2, requests 18, refused 0, clients 4 of 5, log lines dropped 0\n"
            "Take-overs: under way 1, waiting requests 0, remembered 3, unconfirmed 2\n"
            "Limits met: head 3\n"
            "Tunnels: node1 2\n"
            "\n"
            "Balancer farm: method by_requests\n"
            "  Name  Act State For   D F V Acc Sess Err CE Wr Rd    Busy Route RR Cd Url"
            "                   Check      Cause\n"
            "  node1 ACT ERR   1m 3s 0 1 0 17  0    1   0  0  1953K 2    node1 -  -  "
            "http://10.0.0.11:8080 status 503 connection refused\n");
}

TEST(JsonString, EscapesControlCharactersAndReplacesWhatIsNoUtf8) {
  EXPECT_EQ(json_string("a\\b\x01\x7f\t"), R"("a\\b\u0001\u007f\t")");
  EXPECT_EQ(json_string("gr\xC3\xBC\xC3\x9F"), "\"gr\xC3\xBC\xC3\x9F\"");
  EXPECT_EQ(json_string("\xFFx\xC3"), "\"\xEF\xBF\xBDx\xEF\xBF\xBD\"");
}

TEST(StatusAnswer, KnowsItsPaths) {
  const auto make = [] { return one_worker(); };
  const struct {
    const char* method;
    const char* target;
    int status;
    const char* type;
  } cases[] = {{"GET", "/", 200, "text/plain; charset=utf-8"},
               {"HEAD", "/", 200, "text/plain; charset=utf-8"},
               {"GET", "/?format=json", 200, "application/json"},
               {"GET", "/?x=1&format=json", 200, "application/json"},
               {"GET", "/status.json", 200, "application/json"},
               {"GET", "/healthz", 200, "text/plain; charset=utf-8"},
               {"GET", "/nothing", 404, "text/plain; charset=utf-8"},
               {"POST", "/", 405, "text/plain; charset=utf-8"}};
  for (const auto& one : cases) {
    const auto answer = answer_of(one.method, one.target, make);
    EXPECT_EQ(answer.status, one.status) << one.method << one.target;
    EXPECT_EQ(answer.content_type, one.type) << one.target;
    EXPECT_FALSE(answer.body.empty());
  }
}

}  // namespace
}  // namespace jkproxy::status

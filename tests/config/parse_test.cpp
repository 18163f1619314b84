#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "tests/config/reading.hpp"

namespace jkproxy::config {

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Appended to the smallest file, so that the first line is line 3.
class WrongAddition : public testing::TestWithParam<Case> {};

TEST_P(WrongAddition, IsOneErrorAtItsPlace) {
  const auto errors = errors_of(read(smallest + GetParam().yaml));
  ASSERT_THAT(errors, ElementsAre(HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Values, WrongAddition,
    testing::Values(
        Case{"listner: 1", "f:3:1: unknown key \"listner\": did you mean \"listeners\"? allowed: "},
        Case{"log: { levle: info }", "f:3:8: unknown key \"levle\" in log: did you mean \"level\""},
        Case{"log: { level: warn }",
             "f:3:15: log.level: \"warn\" is not known: did you mean "
             "\"warning\"? allowed: debug, info, warning, error"},
        Case{"connect_timeout: 2s", "f:3:1: unknown key"},
        Case{"threads: two", "f:3:10: threads: \"two\" is no whole number: write one from 0"},
        Case{"threads: -1", "is no whole number"}, Case{"threads: 1025", "is out of range"},
        Case{"threads: 010", "is no whole number"},
        Case{"threads: [1]", "f:3:10: threads must be a single value, not a list"},
        Case{"threads:", "threads has no value"},
        Case{"shutdown_timeout: 5", "f:3:19: shutdown_timeout: \"5\" has no unit: write 5s or 5ms"},
        Case{"shutdown_timeout: 1.5s", "is not a whole number"},
        Case{"shutdown_timeout: 5 s", "unknown unit"},
        Case{"shutdown_timeout: 2d", "unknown unit \"d\""},
        Case{"shutdown_timeout: 25h", "is out of range: allowed are 0s to 24h"},
        Case{"shutdown_timeout: 99999999999999999999s", "is out of range"},
        Case{"client_timeouts: { head: 0s }", "is out of range: allowed are 1ms to 24h"},
        Case{"limits: { head: 16KB }", "unknown unit \"KB\": write KiB"},
        Case{"limits: { head: 1GiB }", "is out of range: allowed are 1KiB to 48KiB"},
        Case{"trusted_proxies: [10.0.0.300/8]", "f:3:19: trusted_proxies: \"10.0.0.300/8\""},
        Case{"trusted_proxies: 10.0.0.0/8", "trusted_proxies must be a list, not a single value"},
        Case{"mounts: [{ path: share, balancer: default }]", "f:3:18: mounts.path: \"share\" must"},
        Case{"mounts: [{ path: /share/*, balancer: default }]", "is no plain path"},
        Case{"mounts: [{ path: /a/../b, balancer: default }]", "holds an empty segment, . or .."},
        Case{"mounts: [{ path: /a, balancer: defalt }]",
             "no balancer is called \"defalt\": did you mean \"default\"?"},
        Case{"mounts: [{ path: /a, balancer: default }, { path: /a, balancer: default }]",
             "f:3:51: a mount of this host and path stands above already"},
        Case{"mounts: [{ host: \"a.b:80\", path: /, balancer: default }]", "is no host name"},
        Case{"mounts: [{ host: 10.0.0.300, path: /, balancer: default }]", "is no host name"},
        Case{"mounts: [{ host: \"[::g]\", path: /, balancer: default }]", "is no host name"},
        Case{"mounts: [x]", "f:3:10: mounts must be a map of keys, not a single value"},
        Case{"mounts: [{ path: /a, balncer: default }]", "f:3:22: unknown key \"balncer\""},
        Case{"mount: []", "f:3:1: unknown key \"mount\": did you mean"},
        Case{"status: { bind: 127.0.0.1:http }", "f:3:17: status.bind: "},
        Case{"status: { bnid: \":1\" }", "f:3:11: unknown key \"bnid\" in status: did you mean"},
        Case{"status: { bind: \"localhost:8404\" }", "is a name, and ADDRESS must be a number"},
        Case{"status: { bind: 8404 }",
             "\"8404\" is a port alone: write :8404 for all addresses, or"},
        Case{"status: { bind: \"10.0.0:8404\" }", "\"10.0.0\" is no IPv4 address"},
        Case{"status: { bind: \"[::ffff:10.0.0.1]:1\" }", "is an IPv4 address: write 10.0.0.1:1"},
        Case{"trusted_proxies: [10.0.0.1/8]",
             "f:3:19: trusted_proxies: \"10.0.0.1/8\" is no network, since bits behind the first 8 "
             "are set: write 10.0.0.0/8 for the network, or 10.0.0.1 for the one address"},
        Case{"trusted_proxies: [\"fd00::1/16\"]", "write fd00::/16 for the network, or fd00::1"},
        Case{"error_pages: { 418: /a.html }",
             "f:3:16: error_pages.418: \"418\" is no status that jkproxy answers itself"},
        Case{"error_pages: { 503: a.html }", "f:3:21: error_pages.503: \"a.html\" must be a whole"},
        Case{"error_pages: { 503: /a.jpg }", "must end in .html, .htm, .txt, .json or .xml"},
        Case{"error_pages: { 503: [/a.html] }", "must be a file's path, not a list"},
        Case{"error_pages: [/a.html]", "error_pages must be a map of names, not a list"},
        Case{"request_id: Host", "\"Host\" is no name of a field for an id: use letters"},
        Case{"request_id: X_Request_ID", "is no name of a field for an id"},
        Case{"trusted_proxies: [10.0.0.0/33]", "is no network"},
        Case{"trusted_proxies: [\"::ffff:10.0.0.0/96\"]", "is no network"},
        Case{"limits: { request_line: 16KiB, head: 8KiB }",
             "f:3:25: limits.request_line: 16KiB is more than limits.head, 8KiB, which holds"},
        Case{"limits: { request_line: 40KiB }", "more than limits.head, 32KiB by default"},
        Case{"limits: { request_line: 40KiB, head: 1 }", "limits.head: "},
        Case{"log: { file: \"a\\tb\" }", "holds a control character"},
        Case{"log: { file: \"${BELL}\" }", "holds a control character"},
        Case{"status: { bind: \"unix:/run/a\\0\" }",
             "f:3:17: \"unix:/run/a\\x00\" holds a control"},
        Case{"threads: &x 1", "f:3:10: anchors (&name) are not supported"},
        Case{"threads: !!int 1", "tags (!name) are not supported"},
        Case{"balancers: { b: { workers: [[node1]] } }",
             "f:3:29: balancers.b.workers: a worker's name is expected, not a list"},
        Case{"balancers: { b: { workers: node1 } }",
             "f:3:28: balancers.b.workers must be a list, not a single value"},
        Case{"balancers: { b: { workers: [] } }", "f:3:28: balancers.b.workers is empty"},
        Case{"balancers: {}", "f:3:1: balancers is empty"},
        Case{"balancer: { b: { workers: [node1] } }\nmounts: [{ path: /, balancer: b }]",
             "f:3:1: unknown key \"balancer\""},
        Case{"status: { bind: \":8080\" }", "status.bind: a listener on :8080"},
        Case{"status: {}", "status.bind is missing"},
        Case{"balancers: { b: { workers: [node1, node2] } }",
             "f:3:36: balancers.b: no worker is called \"node2\": did you mean \"node1\"?"},
        Case{"balancers: { b: { workers: [node1, node1] } }", "names \"node1\" twice"},
        Case{"balancers: { b: { workers: [node1], method: by_traffic } }", "allowed: by_requests"},
        Case{"balancers: { b: { workers: [node1], sticky_session: { cookie: \"a b\" } } }",
             "is no cookie name"},
        Case{"balancers: { b: { workers: [node1], sticky_session: { force: yes } } }",
             "is neither true nor false"},
        Case{"balancers: { b: { workers: [node1], health_check: { path: health } } }",
             "must begin with /"},
        Case{"balancers: { b: { workers: [node1], health_check: {} } }", "path is missing"},
        Case{"balancers: { b: { workers: [node1], health_check: { path: /, status: 399-200 } } }",
             "is no range of status codes"},
        Case{"threads: 1\nthreads: 2", "f:4:1: duplicate key \"threads\": first in line 3"},
        Case{"log: { file: \"/x${NONE}\" }", "f:3:14: the environment variable NONE is not set"},
        Case{"log: { file: \"${N\" }", "has no closing }"}));

// A worker's value, instead of the smallest file's.
class WrongWorker : public testing::TestWithParam<Case> {};

TEST_P(WrongWorker, IsOneErrorAtItsPlace) {
  const auto errors =
      errors_of(read("listeners: [{ bind: \":80\" }]\nworkers:\n" + GetParam().yaml));
  ASSERT_THAT(errors, ElementsAre(HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Values, WrongWorker,
    testing::Values(
        Case{"  a: { url: https://h }", "f:3:13: workers.a.url: "},
        Case{"  a: { url: ajp://h }", "AJP is not supported"},
        Case{"  a: { url: http://h/path }", "path"}, Case{"  a: { url: h:80 }", "no worker URL"},
        Case{"  a: { url: http://h:0 }", "port"}, Case{"  a: { url: http://h:65536 }", "port"},
        Case{"  a: { url: http://10.0.0.300:80 }", "\"10.0.0.300\" is no IPv4 address"},
        Case{"  a: { url: http://10.0.0 }", "\"10.0.0\" is no IPv4 address"},
        Case{"  a: { url: http://h..x }", "is no worker URL"},
        Case{"  a: { url: [http://h] }", "f:3:13: workers.a.url must be a single value"},
        Case{"  a: { url: \"\" }", "f:3:13: workers.a.url: "},
        Case{"  a: { ulr: http://h }", "f:3:8: unknown key \"ulr\" in workers.a: did you mean"},
        Case{"  a/b: { url: http://h }", "f:3:3: \"a/b\" is no name"},
        Case{"  a: { url: http://h }\n  a: { url: http://g }", "f:4:3: duplicate key \"a\""},
        Case{"  a: {}", "workers.a.url is missing"},
        Case{"  a: http://h", "workers.a must be a map of keys, not a single value"},
        Case{"  a: { url: http://h, factor: 0 }", "allowed are 1 to 100"},
        Case{"  a: { url: http://h, route: x.y }", "holds a dot: memcached-session-manager"},
        Case{"  a.b: { url: http://h }", "f:3:3: workers.a.b: the name is the route too"},
        Case{"  a: { url: http://h, route: \"x;y\" }", "cannot be a jvmRoute"},
        Case{"  a: { url: http://h, redirect: a }", "is the worker itself"},
        Case{"  a: { url: http://h, redirect: node9 }", "no worker is called \"node9\""},
        Case{"  a: { url: http://h }\n  b: { url: http://g, route: a }",
             "f:4:30: workers.b: the route \"a\" is that of worker a already"},
        Case{"  \"a b\": { url: http://h, route: r }", "is no name"}));

TEST(Parse, SmallestFileHasOneBalancerOfAllWorkersForEverything) {
  const Settings settings = good(smallest);
  ASSERT_EQ(settings.balancers.size(), 1U);
  EXPECT_EQ(settings.balancers[0].name, "default");
  EXPECT_THAT(settings.balancers[0].workers, ElementsAre("node1"));
  EXPECT_EQ(settings.mounts.at(0), (MountSettings{"", "/", "default"}));
  EXPECT_EQ(settings.workers.at(0).route, "node1");
  EXPECT_EQ(settings.workers.at(0).address, (Endpoint{"10.0.0.11", 80, ""}));
}

TEST(Parse, TellsAllErrorsInOneGoInTheFilesOrder) {
  const auto errors =
      errors_of(read("threads: x\nlisteners: [{ bind: \":80\" }]\n"
                     "workers: { a: { url: ftp://h, factor: 0 } }\nlgo: 1\n"));
  EXPECT_THAT(errors, ElementsAre(HasSubstr("f:1:10"), HasSubstr("f:3:22"), HasSubstr("f:3:39"),
                                  HasSubstr("f:4:1")));
}

TEST(Parse, FillsInTheEnvironment) {
  const Settings settings = good(
      "listeners: [{ bind: \":${PORT}\" }]\n"
      "workers: { a: { url: \"http://${H:-host}:${EMPTY:-9}\" } }\n"
      "log: { file: \"/a$${b}\" }\n");
  EXPECT_EQ(settings.listeners.at(0).bind.port, 8081);
  EXPECT_EQ(settings.workers.at(0).address, (Endpoint{"host", 9, ""}));
  EXPECT_EQ(settings.log.file, "/a${b}");
}

TEST(Parse, NamesNetworksThatAreNone) {
  EXPECT_THAT(all_errors(read("listeners: [{ bind: \":80\", proxy_protocol: [lb1] }]\n"
                              "workers: { a: { url: http://h } }\n")),
              HasSubstr("f:1:45: listeners.proxy_protocol: \"lb1\" is no network"));
}

TEST(Parse, SeveralBalancersNeedMounts) {
  EXPECT_THAT(all_errors(read("listeners: [{ bind: \":80\" }]\n"
                              "workers: { a: { url: http://h }, b: { url: http://g } }\n"
                              "balancers: { x: { workers: [a] }, y: { workers: [b] } }\n")),
              HasSubstr("several balancers and no mounts"));
}

TEST(Parse, ReadsBomAndCrlf) {
  EXPECT_EQ(good("\xEF\xBB\xBF" + smallest), good(smallest));
  EXPECT_EQ(good("listeners: [{ bind: \":80\" }]\r\nworkers: { a: { url: http://h } }\r\n").workers,
            good("listeners: [{ bind: \":80\" }]\nworkers: { a: { url: http://h } }\n").workers);
}

TEST(Parse, RefusesHostileFilesWithOneError) {
  std::string block;
  for (int i = 0; i < 5000; ++i) block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  std::string flow_lines;
  for (int i = 0; i < 5000; ++i) flow_lines += "[\n";
  const std::vector<std::string> files{
      "",
      "# nothing\n",
      std::string(1, '\0'),
      "\xFF\xFE",
      "a: \xC0\x80",
      "\x7F"
      "ELF\x02\x01",
      std::string(5000, '['),
      std::string(5000, '{'),
      flow_lines,
      block.substr(0, 4U << 20U),
      std::string(5U << 20U, 'a'),
      "a: &x [1]\nb: [*x, *x]\n",
      "a: &a [1, 2]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n",
      "*x : 1\n",
      "a: *unknown\n",
      "a: !!binary x\n",
      smallest + "---\n" + smallest,
      "a: [1\n",
      "\ta: 1\n",
      "? [a]\n: b\n",
      "- a\n",
      "text",
      "a: \"\\x\n",
  };
  for (const auto& file : files)
    EXPECT_EQ(errors_of(read(file)).empty(), false) << file.substr(0, 40);
}

// Files within every limit on size and depth that cost much where a look-up is a search. No clock:
// the time limit of a test would end it.
TEST(Parse, ReadsLargeFilesInLinearTime) {
  std::string workers = "listeners: [{ bind: \":80\" }]\nworkers:\n";
  std::string members;
  for (int i = 0; i < 9000; ++i) {
    const auto name = "worker-with-a-long-name-" + std::to_string(i);
    workers += "  " + name + ": { url: \"http://h\", redirect: x" + std::to_string(i) + " }\n";
    members += "      - " + name + "\n";
  }
  EXPECT_EQ(errors_of(read(workers + "balancers:\n  b:\n    workers:\n" + members)).size(), 101U);
  std::string binds = "workers: { a: { url: http://h } }\nlisteners:\n";
  for (int i = 0; i < 20000; ++i)
    binds += "  - bind: 10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ":80\n";
  EXPECT_EQ(good(binds).listeners.size(), 20000U);
  std::string keys = smallest;
  for (int i = 0; i < 40000; ++i)
    keys += "a-key-that-nobody-has-ever-heard-of-" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(errors_of(read(keys)).size(), 101U);
}

TEST(Errors, HoldNoControlCharactersAndAreNeverLong) {
  const auto errors =
      errors_of(read("listeners: [{ bind: \":80\" }]\n"
                     "workers: { \"a\\e[31m\": { url: x }, \"\\x9b\": { url: y }, " +
                     std::string(900, 'k') + ": { url: http://h } }\nbalancers: { " +
                     std::string(900, 'l') + ": { workers: [x] } }\n"));
  ASSERT_EQ(errors.size(), 7U);
  for (const auto& error : errors) {
    EXPECT_EQ(error.find_first_of("\x1b\x9b"), std::string::npos) << error;
    EXPECT_LT(error.size(), 1100U);
  }
  EXPECT_THAT(errors.at(1), HasSubstr("workers.a\\x1b[31m.url"));
  EXPECT_THAT(errors.at(3), HasSubstr("workers.\\xc2\\x9b.url"));
  EXPECT_TRUE(errors.at(6).ends_with("...")) << errors.at(6);
}

TEST(Parse, KeepsAHundredErrorsAndCountsTheRest) {
  std::string yaml = smallest;
  for (int i = 0; i < 20000; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  const auto errors = errors_of(read(yaml));
  ASSERT_EQ(errors.size(), 101U);
  EXPECT_EQ(errors.back(), "f: 19900 more errors");
}

const std::string full = R"(
listeners: [{ bind: "0.0.0.0:80" }, { bind: "[::1]:81" }, { bind: "unix:/run/a.sock",
             proxy_protocol: [10.0.0.9, "fd00::/8"] }]
workers:
  node1: { url: "http://10.0.0.11:8080" }
  node2: { url: "http://[fd00::2]:8080", route: n-2, factor: 7, activation: disabled, domain: dc1,
           distance: 3, redirect: node1, send_proxy: v2 }
balancers:
  farm:
    workers: [node1, node2]
    method: by_requests
    sticky_session: { cookie: SID, path_parameter: sid, force: true }
    takeover: { wait: 1500ms, remember: 1h }
    connect_timeout: 3s
    response_timeout: 2m
    idle_timeout: 4s
    recover_time: 5s
    upgrade: [WebSocket, foo]
    tunnel_timeout: 6s
    health_check: { path: "/health?a=${NONE:-x}", interval: 3s, timeout: 2s, fall: 3, rise: 4, status: 200 }
mounts: [{ path: /share, balancer: farm }, { host: Shop.Example.com, path: /, balancer: farm }]
status: { bind: "127.0.0.1:8404" }
trusted_proxies: [127.0.0.0/8, "fd00::/8", 10.1.2.3]
request_id: X-Correlation-Id
error_pages: { 503: /etc/jkproxy/503.html, 404: "/srv/no such page.txt" }
access_log: { file: /var/log/a.log, format: combined }
log: { file: "/x \"$${a}\\", level: debug }
limits: { request_line: 4KiB, head: 16KiB, fields: 50, response_head: 8KiB, replay_body: 1MiB,
          replay_memory: 2MiB, body_rate: 1KiB, requests_per_connection: 7, connections: 8, connections_per_client: 9 }
client_timeouts: { head: 1s, body: 2s, keep_alive: 3s }
shutdown_timeout: 0s
threads: 4
)";

TEST(Parse, ReadsEveryKey) {
  const Settings settings = good(full);
  const WorkerSettings& worker = settings.workers.at(1);
  EXPECT_EQ(worker, (WorkerSettings{"node2",
                                    {"fd00::2", 8080, ""},
                                    "http://[fd00::2]:8080",
                                    "n-2",
                                    7,
                                    Activation::disabled,
                                    "dc1",
                                    3,
                                    "node1",
                                    SendProxy::v2}));
  const BalancerSettings& farm = settings.balancers.at(0);
  EXPECT_EQ(farm, (BalancerSettings{"farm",
                                    {"node1", "node2"},
                                    LbMethod::by_requests,
                                    {"SID", "sid", true},
                                    {1500ms, 1h},
                                    3s,
                                    2min,
                                    4s,
                                    5s,
                                    {"websocket", "foo"},
                                    6s,
                                    HealthCheckSettings{"/health?a=x", 3s, 2s, 3, 4, {200, 200}}}));
  EXPECT_EQ(settings.mounts.at(1), (MountSettings{"shop.example.com", "/", "farm"}));
  EXPECT_EQ(settings.trusted_proxies.at(0).prefix, 104);
  EXPECT_EQ(settings.request_id, "X-Correlation-Id");
  EXPECT_EQ(settings.error_pages.at(0),
            (ErrorPageSettings{503, "/etc/jkproxy/503.html", "text/html; charset=utf-8", ""}));
  EXPECT_EQ(settings.error_pages.at(1).file, "/srv/no such page.txt");
  EXPECT_TRUE(settings.listeners.at(0).proxy_protocol.empty());
  EXPECT_EQ(settings.listeners.at(2).proxy_protocol.at(1).prefix, 8);
  EXPECT_EQ(settings.log, (LogSettings{"/x \"${a}\\", LogLevel::debug}));
  EXPECT_EQ(settings.limits,
            (LimitSettings{4096, 16384, 50, 8192, 1048576, 2097152, 1024, 7, 8, 9}));
  EXPECT_EQ(settings.shutdown_timeout, 0s);
  EXPECT_EQ(settings.threads, 4);
}

TEST(ToYaml, IsReadAgainAsTheSameSettings) {
  for (const auto& yaml : {smallest, full}) {
    const Settings settings = good(yaml);
    EXPECT_EQ(good(to_yaml(settings)), settings) << to_yaml(settings);
  }
}

TEST(CommandLine, GivesTheSettingsOfASmallFile) {
  const auto result =
      from_command_line({":8080"}, {"node1=http://127.0.0.1:8081", "node2=http://h:2"});
  ASSERT_EQ(all_errors(result), "");
  const auto& settings = std::get<Settings>(result);
  EXPECT_EQ(settings.access_log.file, "stdout");
  EXPECT_THAT(settings.balancers.at(0).workers, ElementsAre("node1", "node2"));
  EXPECT_EQ(good(to_yaml(settings)), settings);
}

TEST(CommandLine, ErrorsNameTheOption) {
  EXPECT_THAT(
      errors_of(from_command_line({":x"}, {"node1", "a=https://h"})),
      ElementsAre(HasSubstr("--listen: \":x\""), HasSubstr("--worker: \"node1\" has no name"),
                  HasSubstr("--worker: \"https://h\"")));
  EXPECT_THAT(all_errors(from_command_line({}, {"a=http://h"})), HasSubstr("no listeners"));
}

TEST(CommandLine, RefusesANameTwiceAndListenersOnTopOfEachOther) {
  EXPECT_THAT(errors_of(from_command_line({":80", "0.0.0.0:80"}, {"a=http://h", "a=http://g"})),
              ElementsAre("command line: --worker: \"a\" is named twice",
                          HasSubstr("0.0.0.0:80 is taken by the listener on :80 already")));
}

TEST(CommandLine, WorkersNameIsItsRoute) {
  EXPECT_THAT(errors_of(from_command_line({":80"}, {"a.b=http://h"})),
              ElementsAre(HasSubstr("--worker: \"a.b\" holds a dot")));
}

TEST(LoadFile, SaysWhyAFileCannotBeRead) {
  EXPECT_THAT(errors_of(load_file("/nonexistent/a.yaml")),
              ElementsAre("/nonexistent/a.yaml: cannot be read: No such file or directory"));
  EXPECT_THAT(errors_of(load_file("/tmp")), ElementsAre("/tmp: cannot be read: Is a directory"));
  EXPECT_THAT(errors_of(load_file("/dev/zero")), ElementsAre(HasSubstr("larger than 4 MiB")));
}

}  // namespace

}  // namespace jkproxy::config

#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ringbuffer_sink.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "app/server.hpp"
#include "tests/fakes/connection.hpp"
#include "tests/fakes/fake_tomcat.hpp"
#include "tests/fakes/hand_tomcat.hpp"

namespace jkproxy {

using fakes::Connection;
using fakes::FakeTomcat;
using fakes::HandTomcat;
using End = fakes::Connection::End;

inline std::string ok(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
         "\r\n" + body;
}

inline FakeTomcat::Answer says(const std::string& body) {
  return [body](const std::string&, const std::string&) { return ok(body); };
}

inline std::string status_of(const std::string& answer) {
  return answer.size() < 12 ? answer : answer.substr(9, 3);
}

// A whole jkproxy in this process, on ports of the kernel's choice. A test adds its workers, may
// change `settings`, and starts it.
class WholeProxy : public testing::Test {
 protected:
  WholeProxy() {
    std::signal(SIGPIPE, SIG_IGN);  // as the program does
    settings.listeners = {{.bind = {.host = "127.0.0.1", .port = 0, .unix_path = {}}}};
    settings.status = {.bind = {.host = "127.0.0.1", .port = 0, .unix_path = {}}};
    settings.threads = 2;
    settings.mounts = {{.host = {}, .path = "/", .balancer = balancer().name}};
  }
  ~WholeProxy() override { stop(); }

  config::BalancerSettings& balancer() {
    if (settings.balancers.empty()) settings.balancers.emplace_back();
    return settings.balancers.front();
  }

  config::WorkerSettings& add_worker(const std::string& name, std::uint16_t port) {
    auto& worker = settings.workers.emplace_back();
    worker.name = worker.route = name;
    worker.address = {.host = "127.0.0.1", .port = port, .unix_path = {}};
    balancer().workers.push_back(name);
    return worker;
  }

  void start() {
    auto logger = std::make_shared<spdlog::logger>("test", log_lines);
    server = std::make_unique<app::Server>(settings, clock, logger);
    server->start();
    control = std::thread{[this] { server->wait(); }};
  }
  void stop() {
    if (!server) return;
    server->stop_now();
    if (control.joinable()) control.join();
    server.reset();
  }

  std::uint16_t port() const { return server->listener_ports().front(); }
  Connection connect() const { return Connection::to(port()); }

  // Sends the bytes over a connection of its own and reads until the proxy ends it.
  std::string exchange(const std::string& request) const {
    auto client = connect();
    client.send(request);
    return client.receive_all();
  }
  std::string get(const std::string& fields = "", const std::string& method = "GET") const {
    return exchange(method + " /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + fields + "\r\n");
  }

  // How often the status says that the limit was met.
  int met(const std::string& limit) const {
    auto client = Connection::to(server->status_port());
    client.send("GET /status.json HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const auto report = client.receive_all();
    const auto at = report.find("\"" + limit + "\":");
    return at == std::string::npos ? -1 : std::stoi(report.substr(at + limit.size() + 3));
  }

  bool logged(const std::string& text) const {
    for (const auto& line : log_lines->last_formatted())
      if (line.find(text) != std::string::npos) return true;
    return false;
  }

  config::Settings settings;
  routing::Clock clock = std::chrono::steady_clock::now;
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> log_lines =
      std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(1000);
  std::unique_ptr<app::Server> server;
  std::thread control;
};

// One worker, node1, that the test plays itself; one I/O thread, so that kept connections are
// found again.
class HandProxy : public WholeProxy {
 protected:
  HandProxy() {
    settings.threads = 1;
    add_worker("node1", node1.port());
  }

  // A client that has sent this, and the worker's connection, from which the head has been read.
  std::pair<Connection, Connection> meet(const std::string& bytes) const {
    auto client = connect();
    client.send(bytes);
    auto worker = node1.accept();
    EXPECT_FALSE(worker.receive_head().empty());
    return {std::move(client), std::move(worker)};
  }

  HandTomcat node1;
  const std::string request = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
};

}  // namespace jkproxy

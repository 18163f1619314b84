#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "status/report.hpp"

namespace jkproxy::status {

// Read-only HTTP on status.bind: `/` text, `/?format=json` and `/status.json` JSON, `/healthz`.
// Few connections, short deadlines, no cross-origin fields: a page of another site cannot read it.
// Control thread.
class StatusService {
 public:
  using MakeReport = std::function<Report()>;

  // Takes the listening, non-blocking socket over.
  StatusService(boost::asio::io_context& io, int descriptor, MakeReport make_report);
  ~StatusService();  // stops
  StatusService(const StatusService&) = delete;
  StatusService& operator=(const StatusService&) = delete;

  void start();
  void stop();

 private:
  struct Service;
  std::shared_ptr<Service> service_;  // shared with its coroutines, which may end later
};

// What one request gets; pure.
struct StatusAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

StatusAnswer answer_of(std::string_view method, std::string_view target,
                       const StatusService::MakeReport& make_report);

}  // namespace jkproxy::status

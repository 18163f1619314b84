#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace jkproxy::proxy {

namespace asio = boost::asio;

// The concrete executor: `any_io_executor` costs a virtual call and a copy a step.
using Executor = asio::io_context::executor_type;

// A coroutine of one I/O thread. Named functions only; the frame owns what it works on.
template <class T = void>
using Task = asio::awaitable<T, Executor>;

}  // namespace jkproxy::proxy

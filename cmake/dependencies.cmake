find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)

# Asio and Beast, header only.
add_library(jkproxy_asio INTERFACE)
target_link_libraries(jkproxy_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(jkproxy_asio INTERFACE BOOST_ASIO_NO_DEPRECATED)

function(precompile_asio target)
  target_precompile_headers(${target} PRIVATE
      <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/deferred.hpp>
      <boost/asio/io_context.hpp> <boost/asio/posix/basic_stream_descriptor.hpp>
      <boost/asio/steady_timer.hpp> <boost/beast/http/basic_parser.hpp>
      <algorithm> <array> <chrono> <functional> <memory> <optional> <span> <string> <string_view>
      <unordered_map> <vector>)
endfunction()

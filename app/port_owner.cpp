#include "app/port_owner.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace jkproxy::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view listening = "0A";

// Addresses stand in the table as 32-bit words in the machine's byte order.
std::string word_text(const void* bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  char text[9];
  std::snprintf(text, sizeof text, "%08X", word);
  return text;
}

std::string table_text(const routing::Address& address) {
  if (address.storage.ss_family == AF_INET)
    return word_text(&reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr);
  const auto* in = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  std::string text;
  for (int i = 0; i < 4; ++i) text += word_text(&in->sin6_addr.s6_addr[4 * i]);
  return text;
}

bool is_every_address(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

// "0100007F:1F90".
bool clashes(const std::string& row, const routing::Address& address) {
  const auto colon = row.find(':');
  if (colon == std::string::npos) return false;
  if (std::strtoul(row.c_str() + colon + 1, nullptr, 16) != routing::port_of(address)) return false;
  const auto theirs = row.substr(0, colon);
  const auto ours = table_text(address);
  return theirs == ours || is_every_address(theirs) || is_every_address(ours);
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

bool has_socket(const fs::path& process, const std::string& link) {
  std::error_code error;
  for (fs::directory_iterator entry{process / "fd", error}, end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(entry->path(), gone) == link) return true;
  }
  return false;
}

std::string process_with(std::uint64_t inode) {
  const auto link = "socket:[" + std::to_string(inode) + "]";
  std::error_code error;
  for (fs::directory_iterator entry{"/proc", error}, end; !error && entry != end;
       entry.increment(error)) {
    const auto pid = entry->path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!has_socket(entry->path(), link)) continue;
    auto name = text_of(entry->path() / "comm");
    if (!name.empty() && name.back() == '\n') name.pop_back();
    return name.append(" (pid ").append(pid).append(")");
  }
  return {};
}

std::string user_text(uid_t user) {
  const auto* entry = ::getpwuid(user);
  return "a process of user " + (entry != nullptr ? entry->pw_name : std::to_string(user));
}

}  // namespace

std::optional<ListeningSocket> socket_in_the_way(std::string_view table,
                                                 const routing::Address& address) {
  std::istringstream lines{std::string{table}};
  for (std::string line; std::getline(lines, line);) {
    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
    std::istringstream row{line};
    std::string sl, local, remote, state, queues, timer, retransmits, timeout;
    ListeningSocket socket;
    if (!(row >> sl >> local >> remote >> state >> queues >> timer >> retransmits >> socket.user >>
          timeout >> socket.inode))
      continue;
    if (state == listening && clashes(local, address)) return socket;
  }
  return std::nullopt;
}

std::string port_owner(const routing::Address& address) {
  for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    const auto socket = socket_in_the_way(text_of(table), address);
    if (!socket) continue;
    const auto process = process_with(socket->inode);
    return process.empty() ? user_text(socket->user) : process;
  }
  return {};
}

}  // namespace jkproxy::app

#include "agent/service/supervisor.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstddef>

#include <sys/socket.h>
#include <sys/un.h>

namespace agent {

Supervisor::Supervisor(const base::Environment& environment)
    : m_socket(environment.find("NOTIFY_SOCKET").value_or("")) {
  const auto watchdog = base::parse_decimal(environment.find("WATCHDOG_USEC").value_or(""));
  if (watchdog && *watchdog > 0) {
    m_watchdog_interval = std::chrono::milliseconds(std::max<std::uint64_t>(*watchdog / 2000, 1));
  }
}

void Supervisor::tell(std::string_view state) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool is_usable = m_socket.starts_with('/') || m_socket.starts_with('@');
  if (!is_usable || m_socket.size() >= sizeof address.sun_path) {
    return;
  }
  std::copy(m_socket.begin(), m_socket.end(), std::begin(address.sun_path));
  if (m_socket.front() == '@') {
    address.sun_path[0] = '\0';  // the abstract name space
  }
  const base::FileDescriptor socket_file(
      socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + m_socket.size());
  // Nobody to hear it is nothing to complain of.
  static_cast<void>(sendto(socket_file.number(), state.data(), state.size(), MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&address), size));
}

}  // namespace agent

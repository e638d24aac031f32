#pragma once

#include "base/environment.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

// What started this service and wants to know how it is, by the protocol of sd_notify(3): one
// datagram to the socket that NOTIFY_SOCKET names. Without one, nothing is sent.
class Supervisor {
 public:
  explicit Supervisor(const base::Environment& environment);
  // "READY=1", "STOPPING=1", "MAINPID=123", "WATCHDOG=1"; several are separated by LF. Who does not
  // read is not waited for.
  void tell(std::string_view state) const;
  // How often it wants to hear WATCHDOG=1: half of WATCHDOG_USEC.
  [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_interval() const {
    return m_watchdog_interval;
  }

 private:
  std::string m_socket;
  std::optional<std::chrono::milliseconds> m_watchdog_interval;
};

}  // namespace agent

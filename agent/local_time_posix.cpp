#include "agent/settings.hpp"
#include "base/error.hpp"

#include <cerrno>
#include <ctime>

namespace agent {

int local_minute_of_week(base::Time now) {
  const std::time_t seconds = now.time_since_epoch().count();
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) throw base::system_error("local time", errno);
  const int day = (local.tm_wday + 6) % 7;  // tm_wday begins with Sunday
  return (day * 24 + local.tm_hour) * 60 + local.tm_min;
}

}  // namespace agent

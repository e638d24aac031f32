#pragma once

#include "agent/config.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace agent {

// The log of a service: lines "2026-11-22T04:47:00Z warning …" in a file that is kept below a size.
// When it is full it becomes <file>.1, that one .2, and so on; the oldest goes.
class ServiceLog {
 public:
  struct Limits {
    std::uint64_t bytes = 10'000'000;  // of each file
    unsigned files = 5;                // in all
  };
  // What else gets each line; for example, a terminal.
  using Echo = std::function<void(std::string_view line)>;

  ServiceLog(base::Path file, Limits limits, LogLevel level, Echo echo)
      : m_file(std::move(file)), m_limits(limits), m_level(level), m_echo(std::move(echo)) {}

  void set_level(LogLevel level) { m_level = level; }
  // One line; control characters of `unverified_text` are dropped. A log that cannot be written
  // keeps nobody from working: only the echo gets the line then.
  void write(LogLevel level, base::Time now, std::string_view unverified_text) const;

 private:
  void append(std::string_view line) const;
  void rotate() const;

  base::Path m_file;
  Limits m_limits;
  LogLevel m_level;
  Echo m_echo;
};

// The last `count` lines of a log and of the file before it, oldest first. At most 1 MB is read.
std::string last_lines(const base::Path& file, std::size_t count);

}  // namespace agent

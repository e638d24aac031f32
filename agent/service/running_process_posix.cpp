#include "agent/service/running_process.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <string>
#include <vector>

#include <signal.h>
#include <unistd.h>

namespace agent {
namespace {

base::Path process_directory(std::int64_t id) { return base::Path(base::cat("/proc/", id)); }

// Of proc(5), stat: the fields behind the name, which may hold blanks and parentheses itself.
constexpr std::size_t kStateField = 0;
constexpr std::size_t kBeganField = 19;
constexpr std::size_t kMaxStat = 4096;

}  // namespace

RunningProcess this_process() {
  const auto found = find_process(getpid());
  return found ? *found : RunningProcess{getpid(), 0};
}

std::int64_t parent_process_id() { return getppid(); }

std::optional<RunningProcess> find_process(std::int64_t id) {
  std::string text;
  try {
    text = base::read_file_if_exists(process_directory(id) / "stat", kMaxStat).value_or("");
  } catch (const base::Error&) {
    return std::nullopt;  // it ended while it was looked at
  }
  const std::size_t name_end = text.rfind(") ");
  if (id <= 0 || name_end == std::string::npos) {
    return std::nullopt;
  }
  const auto fields = base::split(std::string_view(text).substr(name_end + 2), ' ');
  if (fields.size() <= kBeganField || fields[kStateField] == "Z" || fields[kStateField] == "X") {
    return std::nullopt;
  }
  const auto began = base::parse_decimal(fields[kBeganField]);
  return began ? std::optional<RunningProcess>({id, *began}) : std::nullopt;
}

std::optional<base::Path> program_of_process(std::int64_t id) {
  try {
    return base::read_symlink_if_exists(process_directory(id) / "exe");
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

bool ask_process(const RunningProcess& process, Request request) {
  if (find_process(process.id) != process) {
    return false;
  }
  return kill(static_cast<pid_t>(process.id), request == Request::reload ? SIGHUP : SIGTERM) == 0;
}

}  // namespace agent

#pragma once

#include "base/file.hpp"

#include <cstdint>
#include <optional>

namespace agent {

// One process of this machine, told from a later one that got the same number by when it began.
struct RunningProcess {
  std::int64_t id = 0;
  std::uint64_t began = 0;  // in ticks since the machine started
  bool operator==(const RunningProcess&) const = default;
};

RunningProcess this_process();
std::int64_t parent_process_id();
// Nothing where there is no such process now, or it has ended and nobody has taken note yet.
std::optional<RunningProcess> find_process(std::int64_t id);
// The program that it runs; nothing where that is not to be seen: it has ended, or is of another
// user.
std::optional<base::Path> program_of_process(std::int64_t id);

enum class Request { terminate, reload };
// Asks a process for something; false where there is none, or it is not ours to ask.
bool ask_process(const RunningProcess& process, Request request);

}  // namespace agent

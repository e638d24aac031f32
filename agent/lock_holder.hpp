#pragma once

#include "agent/service/running_process.hpp"
#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agent {

// What whoever has the lock writes into it, for the words of those who do not get it. The lock
// itself is flock's alone: a note decides nothing.
struct LockHolder {
  RunningProcess process;
  base::Time since{};
  bool operator==(const LockHolder&) const = default;
};

inline constexpr std::size_t kMaxLockNoteBytes = 128;

// One line, and back; nothing for any other text.
std::string lock_note(const LockHolder& holder);
std::optional<LockHolder> parse_lock_note(std::string_view text);

// Who has this lock, by its note; nothing where the process that left it has ended since.
std::optional<LockHolder> read_lock_holder(const base::Path& lock);

}  // namespace agent

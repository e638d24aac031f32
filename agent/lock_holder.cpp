#include "agent/lock_holder.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace agent {

std::string lock_note(const LockHolder& holder) {
  return base::cat(holder.process.id, " ", holder.process.began, " ",
                   base::format_time(holder.since), "\n");
}

std::optional<LockHolder> parse_lock_note(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  const auto words = base::split(text.substr(0, text.size() - 1), ' ');
  if (words.size() != 3) return std::nullopt;
  const auto id = base::parse_decimal(words[0]);
  const auto began = base::parse_decimal(words[1]);
  const auto since = base::parse_time(words[2]);
  constexpr std::uint64_t kMostProcesses = std::uint64_t{1} << 31U;
  if (!id || *id >= kMostProcesses || !began || !since) return std::nullopt;
  return LockHolder{{static_cast<std::int64_t>(*id), *began}, *since};
}

std::optional<LockHolder> read_lock_holder(const base::Path& lock) {
  try {
    const auto text = base::read_file_if_exists(lock, kMaxLockNoteBytes);
    const auto holder = text ? parse_lock_note(*text) : std::nullopt;
    return holder && find_process(holder->process.id) == holder->process ? holder : std::nullopt;
  } catch (const base::Error&) {
    return std::nullopt;  // the message does without it
  }
}

}  // namespace agent

#include "agent/service/service_log.hpp"

#include "agent/file_system.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <system_error>

namespace agent {
namespace {

using base::cat;

constexpr std::size_t kMaxLine = 4096;

base::Path numbered(const base::Path& file, unsigned number) {
  return number == 0 ? file : base::Path(cat(file.native(), ".", number));
}

// The end of a file; empty where there is none.
std::string tail_of(const base::Path& path, std::size_t max_bytes) {
  std::error_code missing;
  if (!std::filesystem::is_regular_file(path, missing)) {
    return "";
  }
  const base::FileDescriptor file = base::open_regular_file(path);
  const std::uint64_t size = base::file_size(file);
  const std::uint64_t from = size > max_bytes ? size - max_bytes : 0;
  std::string text(static_cast<std::size_t>(size - from), '\0');
  text.resize(base::read_at(file, text.data(), text.size(), from));
  // The first line may be cut.
  return from == 0 ? text : text.substr(std::min(text.find('\n') + 1, text.size()));
}

}  // namespace

void ServiceLog::write(LogLevel level, base::Time now, std::string_view unverified_text) const {
  if (level > m_level) {
    return;
  }
  const std::string text =
      base::replace_all(base::safe_text(base::trim(unverified_text), kMaxLine), "\n", " ");
  const std::string line = cat(base::format_time(now), " ", log_level_name(level), " ", text, "\n");
  append(line);
  m_echo(line);
}

void ServiceLog::append(std::string_view line) const {
  try {
    std::error_code missing;
    const auto size = std::filesystem::file_size(m_file, missing);
    if (!missing && size > 0 && size + line.size() > m_limits.bytes) {
      rotate();
    }
    append_to_file(m_file, line);
  } catch (const base::Error&) {  // NOLINT: see write()
    return;
  }
}

void ServiceLog::rotate() const {
  std::error_code missing;
  for (unsigned number = m_limits.files - 1; number > 0; --number) {
    std::filesystem::rename(numbered(m_file, number - 1), numbered(m_file, number), missing);
  }
}

std::string last_lines(const base::Path& file, std::size_t count) {
  constexpr std::size_t kMaxBytes = 1'000'000;
  std::string text = tail_of(file, kMaxBytes);
  if (text.size() < kMaxBytes) {
    text.insert(0, tail_of(numbered(file, 1), kMaxBytes - text.size()));
  }
  std::size_t from = text.size();
  for (std::size_t lines = 0; from > 0; --from) {
    if (text[from - 1] == '\n' && from != text.size() && ++lines == count) {
      break;
    }
  }
  return count == 0 ? std::string() : text.substr(from);
}

}  // namespace agent

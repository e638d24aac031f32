#include "base/terminal.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace base {
namespace {

constexpr std::chrono::milliseconds kFirstDrawnAfter{200};
constexpr std::chrono::milliseconds kDrawnEvery{100};
constexpr std::chrono::milliseconds kWorthALogLine{1000};
constexpr std::string_view kStartOfEmptyLine = "\r\x1b[2K";

std::chrono::milliseconds between(std::chrono::steady_clock::time_point from,
                                  std::chrono::steady_clock::time_point to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
}

std::uint64_t bytes_a_second(std::uint64_t bytes, std::chrono::milliseconds elapsed) {
  const auto milliseconds = static_cast<double>(std::max<std::int64_t>(elapsed.count(), 1));
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * 1000.0 / milliseconds);
}

std::string human_duration(std::uint64_t seconds) {
  if (seconds < 60) {
    return cat(seconds, " s");
  }
  if (seconds < 3600) {
    return cat(seconds / 60, " min ", seconds % 60, " s");
  }
  return cat(seconds / 3600, " h ", seconds % 3600 / 60, " min");
}

std::string bar(std::uint64_t done_bytes, std::uint64_t total_bytes, std::size_t width) {
  const double share = static_cast<double>(done_bytes) / static_cast<double>(total_bytes);
  const auto filled = std::min(width, static_cast<std::size_t>(share * static_cast<double>(width)));
  std::string bar(filled, '=');
  if (filled < width) {
    bar += '>';
  }
  bar.resize(width, ' ');
  return cat("[", bar, "] ");
}

}  // namespace

Messages::Messages(std::ostream& out, Terminal terminal, Verbosity verbosity, MarkedLog* log)
    : m_out(&out), m_terminal(terminal), m_verbosity(verbosity), m_log(log) {}

void Messages::say(std::string_view line) const {
  if (m_verbosity != Verbosity::quiet) {
    *m_out << line << '\n' << std::flush;
  }
}

void Messages::detail(std::string_view line) const {
  if (m_verbosity == Verbosity::verbose) {
    *m_out << line << '\n' << std::flush;
  }
}

void Messages::warn(std::string_view line) const {
  if (m_log != nullptr) {
    m_log->warn(line);
    return;
  }
  const bool colors = m_terminal.colors;
  *m_out << (colors ? "\x1b[33mwarning:\x1b[0m " : "warning: ") << line << '\n' << std::flush;
}

std::string progress_line(std::string_view what, std::uint64_t done_bytes,
                          std::uint64_t total_bytes, std::chrono::milliseconds elapsed,
                          int columns) {
  constexpr std::size_t kBarWidth = 20;
  const auto width = static_cast<std::size_t>(std::max(columns, 20));
  const std::uint64_t rate = bytes_a_second(done_bytes, elapsed);
  std::string numbers = human_size(done_bytes);
  if (total_bytes > 0) {
    const std::uint64_t done = std::min(done_bytes, total_bytes);
    const auto percent = static_cast<std::uint64_t>(100.0 * static_cast<double>(done) /
                                                    static_cast<double>(total_bytes));
    numbers = cat(percent, " % of ", human_size(total_bytes), ", ", human_size(rate), "/s");
    if (rate > 0) {
      numbers += cat(", ", human_duration((total_bytes - done + rate - 1) / rate), " left");
    }
    if (what.size() + 1 + kBarWidth + 3 + numbers.size() <= width) {
      numbers = bar(done, total_bytes, kBarWidth) + numbers;
    }
  } else {
    numbers += cat(", ", human_size(rate), "/s");
  }
  std::string line = cat(what, " ", numbers);
  if (line.size() > width) {
    line = std::move(numbers);
  }
  return line.substr(0, width);
}

Progress::Progress(const Messages& messages, std::string what, std::uint64_t total_bytes)
    : m_messages(messages),
      m_what(std::move(what)),
      m_total_bytes(total_bytes),
      m_start(std::chrono::steady_clock::now()),
      m_last_drawn(m_start) {}

Progress::~Progress() {
  if (m_drawn && !m_finished) {
    m_messages.stream() << kStartOfEmptyLine << std::flush;
  }
}

void Progress::advance(std::uint64_t bytes) {
  m_done_bytes += bytes;
  if (!m_messages.terminal().messages || m_messages.verbosity() == Verbosity::quiet) {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (between(m_start, now) >= kFirstDrawnAfter &&
      (!m_drawn || between(m_last_drawn, now) >= kDrawnEvery)) {
    draw(now);
  }
}

void Progress::draw(std::chrono::steady_clock::time_point now) {
  // One column stays free: a full line would wrap.
  m_messages.stream() << kStartOfEmptyLine
                      << progress_line(m_what, m_done_bytes, m_total_bytes, between(m_start, now),
                                       m_messages.terminal().columns - 1)
                      << std::flush;
  m_last_drawn = now;
  m_drawn = true;
}

void Progress::finish() {
  if (m_finished) {
    return;
  }
  m_finished = true;
  if (m_drawn) {
    m_messages.stream() << kStartOfEmptyLine << std::flush;
  }
  const auto elapsed = between(m_start, std::chrono::steady_clock::now());
  if (!m_messages.terminal().messages && elapsed >= kWorthALogLine) {
    m_messages.say(cat(m_what, ": ", human_size(m_done_bytes), " in ",
                       human_duration(static_cast<std::uint64_t>(elapsed.count() / 1000)), ", ",
                       human_size(bytes_a_second(m_done_bytes, elapsed)), "/s"));
  }
}

}  // namespace base

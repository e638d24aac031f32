#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

// What is on the other side of the standard streams; read once, in main.
struct Terminal {
  bool input = false;     // stdin is a terminal
  bool output = false;    // stdout
  bool messages = false;  // stderr
  bool colors = false;    // stderr is a terminal, NO_COLOR is unset, TERM is not "dumb"
  int columns = 80;
};
Terminal inspect_terminal(bool no_color_variable, std::string_view term_variable);

// Is standard output a pipe whose reader went away, such as `| head` that has what it wanted?
bool output_is_unread();

enum class Verbosity { quiet, normal, verbose };

// A log that a program reads and marks for people, such as that of a CI's job.
class MarkedLog {
 public:
  MarkedLog() = default;
  MarkedLog(const MarkedLog&) = delete;
  MarkedLog& operator=(const MarkedLog&) = delete;
  virtual ~MarkedLog() = default;
  virtual void warn(std::string_view line) = 0;
  // What comes until end_group() belongs together. Groups do not nest.
  virtual void begin_group(std::string_view title) = 0;
  virtual void end_group() = 0;
};

// Messages for people, on stderr. Results go to stdout, and never through here.
class Messages {
 public:
  // log  marks warnings and groups in place of plain lines; outlives this; may be null
  Messages(std::ostream& out, Terminal terminal, Verbosity verbosity, MarkedLog* log = nullptr);
  void say(std::string_view line) const;     // normal and verbose
  void detail(std::string_view line) const;  // verbose
  void warn(std::string_view line) const;    // always, "warning: …"
  // Runs `work`, whose messages belong together.
  template <class Work>
  decltype(auto) group(std::string_view title, Work&& work) const {
    const Group group(m_log, title);
    return std::forward<Work>(work)();
  }
  [[nodiscard]] const Terminal& terminal() const { return m_terminal; }
  [[nodiscard]] Verbosity verbosity() const { return m_verbosity; }
  [[nodiscard]] std::ostream& stream() const { return *m_out; }

 private:
  class Group {
   public:
    Group(MarkedLog* log, std::string_view title) : m_log(log) {
      if (m_log != nullptr) m_log->begin_group(title);
    }
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    ~Group() {
      if (m_log != nullptr) m_log->end_group();
    }

   private:
    MarkedLog* m_log;
  };

  std::ostream* m_out;
  Terminal m_terminal;
  Verbosity m_verbosity;
  MarkedLog* m_log;
};

// One transfer as it runs: a bar with bytes, rate and time left on a terminal (after 200 ms, ten
// times a second), in a log one line when it ends and took longer than a second; nothing when
// quiet.
class Progress {
 public:
  Progress(const Messages& messages, std::string what, std::uint64_t total_bytes);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();
  void advance(std::uint64_t bytes);
  void finish();

 private:
  void draw(std::chrono::steady_clock::time_point now);
  const Messages& m_messages;
  std::string m_what;
  std::uint64_t m_total_bytes;
  std::uint64_t m_done_bytes = 0;
  std::chrono::steady_clock::time_point m_start;
  std::chrono::steady_clock::time_point m_last_drawn;
  bool m_drawn = false;
  bool m_finished = false;
};

// The text of one moment of a transfer, at most `columns` wide: "fetch x [==>   ] 45 % 1.3 of 2.9
// MB, 5.1 MB/s, 3 s left". A total of 0 is not known.
std::string progress_line(std::string_view what, std::uint64_t done_bytes,
                          std::uint64_t total_bytes, std::chrono::milliseconds elapsed,
                          int columns);

// Asks one question on the terminal (stderr) and reads a line of stdin. Enter means the default.
// Never called without Terminal.input && Terminal.messages. Throws
// Errc::cancelled on Ctrl-C, "q" or Ctrl-D.
std::string ask(const Messages& messages, std::string_view question,
                std::string_view default_answer);
// Reads a password without echo. Same rules, but "q" is a password like any other.
std::string ask_password(const Messages& messages, std::string_view question);

}  // namespace base

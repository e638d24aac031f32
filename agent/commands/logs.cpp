#include "agent/commands/service_commands.hpp"
#include "agent/service/service_files.hpp"
#include "agent/service/service_log.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"

#include <thread>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::size_t kDefaultLines = 50;
constexpr std::chrono::milliseconds kFollowInterval{250};

std::size_t lines_option(const base::Arguments& arguments) {
  const auto given = arguments.value("--lines");
  if (!given) {
    return kDefaultLines;
  }
  const auto number = base::parse_decimal(*given);
  if (!number) {
    throw Error(Errc::usage, cat("--lines takes a number, not ", base::safe_text(*given, 40)));
  }
  return static_cast<std::size_t>(*number);
}

base::Path chosen_log(const Layout& layout, const base::Arguments& arguments) {
  const auto wanted = port_option(arguments);
  std::vector<std::string> ports;
  std::optional<base::Path> found;
  std::optional<std::filesystem::file_time_type> newest;
  for (const auto& [port, path] : service_logs(layout)) {
    ports.push_back(cat(port));
    std::error_code missing;
    const auto written = std::filesystem::last_write_time(path, missing);
    if ((!wanted || *wanted == port) && (!newest || written > *newest)) {
      found = path;
      newest = written;
    }
  }
  if (found) {
    return *found;
  }
  throw Error(Errc::not_found, ports.empty()
                                   ? cat("no service of ", layout.program, " has written a log")
                                   : cat("there is no log of port ", *wanted,
                                         "; there are those of ", base::join(ports, ", ")));
}

// The end of a log as it grows, across its being set aside.
class Follower {
 public:
  explicit Follower(base::Path path)
      : m_path(std::move(path)),
        m_file(base::open_regular_file(m_path)),
        m_offset(base::file_size(m_file)) {}
  // What is new. A file that took the place of this one is read from its beginning.
  std::string read_new() {
    std::string text = read_rest();
    std::error_code missing;
    // Missing for a moment while it is set aside.
    const auto size = std::filesystem::file_size(m_path, missing);
    if (!missing && size < m_offset) {
      m_file = base::open_regular_file(m_path);
      m_offset = 0;
      text += read_rest();
    }
    return text;
  }

 private:
  std::string read_rest() {
    constexpr std::size_t kPiece = 65536;
    std::string text;
    for (;;) {
      std::string piece(kPiece, '\0');
      piece.resize(base::read_at(m_file, piece.data(), piece.size(), m_offset));
      if (piece.empty()) {
        return text;
      }
      m_offset += piece.size();
      text += piece;
    }
  }

  base::Path m_path;
  base::FileDescriptor m_file;
  std::uint64_t m_offset;
};

// Programs that were run, and names of files, are in it.
std::string shown_log(std::string_view log) { return base::safe_text(log, log.size()); }

int run_logs(const Services& services, const base::Arguments& arguments) {
  const std::size_t lines = lines_option(arguments);
  if (services.json && arguments.has("--follow")) {
    throw Error(Errc::usage, "--follow has no end, so it does not go with --json");
  }
  const base::Path path = chosen_log(services.layout, arguments);
  if (services.json) {
    const std::string text = shown_log(last_lines(path, lines));
    base::json::Array array;
    for (const std::string_view line : base::split_lines(text)) {
      array.emplace_back(line);
    }
    services.out << base::json::write(
        base::json::Object{{"schema", 1}, {"file", path.native()}, {"lines", std::move(array)}},
        base::json::Style::pretty);
    return exit_status(Errc::done);
  }
  std::optional<Follower> follower;
  if (arguments.has("--follow")) {
    follower.emplace(path);
  }
  services.out << shown_log(last_lines(path, lines)) << std::flush;
  while (follower && services.out && !base::output_is_unread()) {
    std::this_thread::sleep_for(kFollowInterval);
    services.out << shown_log(follower->read_new()) << std::flush;
  }
  return exit_status(Errc::done);
}

}  // namespace

base::Command logs_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "logs";
  command.summary = "show what the service has written";
  command.description =
      "The last lines of its log, oldest first. Each log is kept below 10 MB; five of them stay.";
  command.options = {{.name = "--follow",
                      .short_name = "-f",
                      .value = "",
                      .help = "go on with what comes, until Ctrl-C",
                      .choices = {}},
                     {.name = "--lines",
                      .short_name = "-n",
                      .value = "COUNT",
                      .help = "how many of the last lines (50)",
                      .choices = {}},
                     {.name = "--port",
                      .short_name = "",
                      .value = "PORT",
                      .help = "of the service on this port; without it, the newest log",
                      .choices = {}}};
  command.examples = {{"logs", "the last 50 lines"}, {"logs --follow", "and what comes"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_logs(services_of(arguments), arguments);
  };
  return command;
}

}  // namespace agent

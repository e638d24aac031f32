#include "releaser/binary/test_run.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/binary/probe_output.hpp"

namespace releaser {
namespace {

using base::cat;
constexpr std::chrono::seconds kLongestRun{30};  // as the installer
constexpr std::size_t kMaxOutput = std::size_t{64} * 1024;
// What a shell and the loader of Linux give for a program that cannot be started.
constexpr int kNotStarted = 127;

std::string first_line(const base::ProcessResult& result) {
  const auto& text = base::trim(result.output).empty() ? result.errors : result.output;
  const auto lines = base::split_lines(base::trim(text));
  return lines.empty() ? "" : base::safe_text(lines.front(), 80);
}

TestRunResult judge(const base::ProcessResult& result, const TestRun& run) {
  const std::string command = base::join(run.command, " ");
  if (result.timed_out) {
    return {cat("`", command, "` did not end within ", kLongestRun.count(), " seconds"), ""};
  }
  if (result.signal) return {cat("`", command, "` crashed (signal ", *result.signal, ")"), ""};
  const bool lacks_library =
      result.exit_status == kNotStarted &&
      result.errors.find("error while loading shared libraries") != std::string::npos;
  if (lacks_library) {
    return {"", cat("could not be run here to ask for its version: ", first_line(result))};
  }
  if (result.exit_status != 0) {
    const std::string line = first_line(result);
    return {cat("`", command, "` ends with status ", result.exit_status,
                line.empty() ? "" : cat(" and says \"", line, "\"")),
            ""};
  }
  if (!holds_version(result.output + '\n' + result.errors, run.version)) {
    return {cat("`", command, "` says \"", first_line(result), "\", and not ", run.version), ""};
  }
  return {};
}

}  // namespace

bool runs_on(const schema::Machine& machine, const schema::Platform& platform,
             std::span<const BinaryFacts> slices) {
  const auto& row = platform.row();
  return row.os == machine.os && row.arch == machine.arch && !slices.empty() &&
         (slices.front().is_static || slices.front().libc == machine.libc) &&
         schema::floor_is_met(slices.front().floors.glibc, machine.glibc);
}

void copy_program(const base::Path& from, const base::Path& to) {
  base::AtomicFile copy(to, 0755, base::Durability::none);
  base::stream_file(base::open_regular_file(from),
                    [&](std::string_view bytes) { copy.write(bytes); });
  copy.commit();
}

TestRunResult test_run(const TestRun& run) {
  // A home that is not the user's, and the right to be run.
  const base::TemporaryDirectory home(run.temporary_directory, "test-run-");
  for (const auto& [path, name] : run.files)
    copy_program(path, home.path() / name);
  base::ProcessOptions process;
  process.directory = home.path();
  process.environment = {{cat("HOME=", home.path().string()), "PATH=/usr/bin:/bin"}};
  process.timeout = kLongestRun;
  process.max_output = kMaxOutput;
  std::vector<std::string> argv = run.command;
  argv.front() = (home.path() / argv.front()).string();
  try {
    return judge(base::run_process(argv, process), run);
  } catch (const base::Error& error) {
    // Nobody promised that this machine runs it.
    return {"", cat("could not be run here to ask for its version: ", error.what())};
  }
}

}  // namespace releaser

#include "releaser/services.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/ci_job/workflow_job.hpp"

#include <algorithm>
#include <thread>

namespace releaser {

using base::cat;
using base::Errc;
using base::Error;

std::vector<base::Option> common_options() {
  return {
      {"--config", "-f", "FILE", "configuration; default cco-release.toml, here or above", {}},
      {"--dist", "", "DIR", "where a release is made; default dist beside the configuration", {}},
      {"--date", "", "DATE", "date of the release, as 2026-11-20 or with time", {}},
      {"--json", "", "", "print the result as JSON", {}},
      {"--quiet", "-q", "", "no messages but warnings and errors", {}},
      {"--verbose", "-v", "", "say more about what is done", {}},
      {"--parallelism", "-p", "N", "platforms at the same time; default all cores", {}},
      {"--clean", "", "", "remove what an earlier run left of this version in dist first", {}},
  };
}

base::Messages messages_of(const Services& services, const base::Arguments& arguments) {
  const auto verbosity = arguments.has("--quiet")     ? base::Verbosity::quiet
                         : arguments.has("--verbose") ? base::Verbosity::verbose
                                                      : base::Verbosity::normal;
  return {services.errors, services.terminal, verbosity, services.job};
}

bool wants_json(const base::Arguments& arguments) { return arguments.has("--json"); }

bool wants_bare_result(const Services& services, const base::Messages& messages) {
  const bool is_told = services.terminal.messages && messages.verbosity() != base::Verbosity::quiet;
  return !services.terminal.output || !is_told;
}

base::Path dist_path_of(const base::Arguments& arguments) {
  return arguments.value("--dist").value_or("");
}

std::optional<base::Time> date_of(const base::Arguments& arguments) {
  const auto given = arguments.value("--date");
  if (!given) {
    return std::nullopt;
  }
  if (const auto time = base::parse_time(*given)) {
    return time;
  }
  if (const auto day = base::parse_time(cat(*given, "T00:00:00Z"))) {
    return day;
  }
  throw Error(Errc::usage, cat("option `--date`: `", base::safe_text(*given, 80),
                               "` is neither a time in UTC like 2026-11-20T10:00:00Z nor a day"));
}

unsigned parallelism_of(const base::Arguments& arguments) {
  const auto given = arguments.value("--parallelism");
  if (!given) {
    return std::clamp(std::thread::hardware_concurrency(), 1U, 256U);
  }
  const auto number = base::parse_decimal(*given);
  if (!number || *number < 1 || *number > 256) {
    throw Error(Errc::usage, cat("option `--parallelism`: `", base::safe_text(*given, 80),
                                 "` is not a number from 1 to 256"));
  }
  return static_cast<unsigned>(*number);
}

}  // namespace releaser

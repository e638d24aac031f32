#include "agent/probe.hpp"

#include "agent/layout.hpp"
#include "agent/self_test.hpp"
#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <cstring>
#include <variant>

namespace agent {
namespace {

constexpr std::size_t kMaxProbeOutput = std::size_t{64} * 1024;

#if defined(__x86_64__) || defined(_M_X64)
constexpr std::string_view kArchitecture = "x86_64";
#elif defined(__aarch64__) || defined(_M_ARM64)
constexpr std::string_view kArchitecture = "arm64";
#elif defined(__arm__)
constexpr std::string_view kArchitecture = "arm";
#elif defined(__i386__)
constexpr std::string_view kArchitecture = "i686";
#elif defined(__riscv)
constexpr std::string_view kArchitecture = "riscv64";
#elif defined(__powerpc64__)
constexpr std::string_view kArchitecture = "ppc64le";
#elif defined(__s390x__)
constexpr std::string_view kArchitecture = "s390x";
#else
constexpr std::string_view kArchitecture = "other";
#endif

// What `__probe` of a program for this processor prints; nothing where any will do.
std::optional<std::string_view> architecture_word(schema::Architecture architecture) {
  switch (architecture) {
    case schema::Architecture::x86_64:
      return "x86_64";
    case schema::Architecture::arm64:
      return "arm64";
    case schema::Architecture::armv6:
    case schema::Architecture::armv7:
      return "arm";
    case schema::Architecture::i686:
      return "i686";
    case schema::Architecture::riscv64:
      return "riscv64";
    case schema::Architecture::ppc64le:
      return "ppc64le";
    case schema::Architecture::s390x:
      return "s390x";
    case schema::Architecture::loongarch64:
    case schema::Architecture::universal:
      break;
  }
  return std::nullopt;
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

// The first line that says something, for a message.
std::string first_line(std::string_view unverified_text) {
  for (const std::string_view line : base::split_lines(unverified_text)) {
    if (!base::trim(line).empty()) {
      return base::safe_text(base::trim(line), 200);
    }
  }
  return "";
}

std::string command_text(const std::vector<std::string>& argv) {
  return base::safe_text(base::join(argv, " "), 200);
}

// Runs it, with more time after a hang; what it printed, or why it is not fit.
std::variant<std::string, ProbeFailure> run_probe(const std::vector<std::string>& argv,
                                                  const base::Path& directory,
                                                  std::string_view shown,
                                                  const ProbeOptions& options) {
  base::ProcessResult result;
  for (const std::chrono::seconds timeout : options.timeouts) {
    try {
      result = base::run_process(argv, {.directory = directory,
                                        .environment = options.environment,
                                        .timeout = timeout,
                                        .max_output = kMaxProbeOutput,
                                        .background = base::Background::killed,
                                        .input = ""});
    } catch (const base::Error& error) {
      if (error.code() != base::Errc::config && error.code() != base::Errc::not_found) {
        throw;
      }
      return ProbeFailure{ProbeFault::broken, error.what()};
    }
    if (!result.timed_out) {
      break;
    }
  }
  if (result.timed_out) {
    return ProbeFailure{ProbeFault::hung, base::cat(shown, " did not end within ",
                                                    options.timeouts.back().count(), " seconds")};
  }
  if (result.signal) {
    return ProbeFailure{ProbeFault::broken,
                        base::cat(shown, " crashed with signal ", *result.signal, " (",
                                  strsignal(*result.signal), ")")};  // NOLINT
  }
  if (result.exit_status != 0) {
    std::string reason = base::cat(shown, " ended with status ", result.exit_status);
    const std::string line = first_line(result.errors.empty() ? result.output : result.errors);
    return ProbeFailure{ProbeFault::broken, line.empty() ? reason : base::cat(reason, ": ", line)};
  }
  return result.output + '\n' + result.errors;
}

}  // namespace

bool holds_version(std::string_view text, const schema::Version& version) {
  const std::string wanted = version.text();
  for (std::size_t at = text.find(wanted); at != std::string_view::npos;
       at = text.find(wanted, at + 1)) {
    const char before = at == 0 ? ' ' : text[at - 1];
    const char before_v = at < 2 ? ' ' : text[at - 2];
    const bool starts =
        !(is_digit(before) || before == '.' || before == '-' ||
          (is_letter(before) && before != 'v' && before != 'V')) &&
        !((before == 'v' || before == 'V') && (is_letter(before_v) || is_digit(before_v)));
    const std::string_view rest = text.substr(at + wanted.size());
    const char after = rest.empty() ? ' ' : rest[0];
    const char after_next = rest.size() < 2 ? ' ' : rest[1];
    const bool ends =
        !(is_digit(after) || is_letter(after) ||
          ((after == '.' || after == '-') && (is_digit(after_next) || is_letter(after_next))));
    if (starts && ends) {
      return true;
    }
  }
  return false;
}

ProbeOptions probe_options(const base::Environment& environment, std::string_view program) {
  const std::string no_check = variable_prefix(program) + "NO_UPDATE_CHECK";
  ProbeOptions options;
  for (const auto& [name, value] : environment.variables()) {
    if (name != no_check) {
      options.environment.push_back(base::cat(name, '=', value));
    }
  }
  options.environment.push_back(no_check + "=1");
  return options;
}

std::optional<ProbeFailure> probe_product(const base::Path& directory,
                                          const std::vector<std::string>& probe,
                                          const schema::Version& version,
                                          const ProbeOptions& options) {
  if (probe.empty()) {
    return std::nullopt;
  }
  if (base::unsafe_path_reason(probe.front())) {
    return ProbeFailure{ProbeFault::lied, base::cat("its probe is not a file of the archive: ",
                                                    base::safe_text(probe.front(), 200))};
  }
  std::vector<std::string> argv = probe;
  argv.front() = (directory / probe.front()).native();
  const std::string shown = command_text(probe);
  const auto result = run_probe(argv, directory, shown, options);
  if (const auto* failure = std::get_if<ProbeFailure>(&result)) {
    return *failure;
  }
  const std::string& output = std::get<std::string>(result);
  if (!holds_version(output, version)) {
    const std::string line = first_line(output);
    return ProbeFailure{ProbeFault::lied,
                        base::cat(shown, " does not say ", version.text(), " but ",
                                  line.empty() ? std::string("nothing") : "\"" + line + "\"")};
  }
  return std::nullopt;
}

std::optional<ProbeFailure> probe_agent(const base::Path& agent, const schema::Identity& identity,
                                        const schema::Version& version,
                                        std::optional<schema::Architecture> architecture,
                                        const ProbeOptions& options) {
  const std::string shown = base::cat(agent.filename().native(), " __probe");
  const auto result = run_probe({agent.native(), "__probe"}, agent.parent_path(), shown, options);
  if (const auto* failure = std::get_if<ProbeFailure>(&result)) {
    return *failure;
  }
  const std::string& output = std::get<std::string>(result);
  try {
    const base::json::Value value = base::json::parse(
        base::trim(output), {.max_bytes = kMaxProbeOutput}, base::Errc::untrusted);
    const base::json::ObjectReader report(value, "", base::Errc::untrusted);
    const auto expect = [&](std::string_view name, std::string_view expected) {
      if (report.text(name) != expected) {
        report.fail(name,
                    base::cat("is ", base::safe_text(report.text(name), 100), ", not ", expected));
      }
    };
    expect("product", identity.product);
    expect("version", version.text());
    expect("self_test", "passed");
    if (architecture && architecture_word(*architecture)) {
      expect("architecture", *architecture_word(*architecture));
    }
  } catch (const base::Error& error) {
    return ProbeFailure{ProbeFault::lied, base::cat(shown, ": ", error.what())};
  }
  return std::nullopt;
}

std::optional<ProbeFailure> probe_release(const base::Path& directory,
                                          const std::vector<std::string>& probe,
                                          const std::optional<base::Path>& agent,
                                          const schema::Identity& identity,
                                          const schema::Version& version,
                                          std::optional<schema::Architecture> architecture,
                                          const ProbeOptions& options) {
  auto failure = probe_product(directory, probe, version, options);
  if (failure || !agent) {
    return failure;
  }
  return probe_agent(*agent, identity, version, architecture, options);
}

std::string own_probe_report(const schema::Identity& identity) {
  run_self_test();
  const base::json::Object report{{"schema", 1},
                                  {"product", identity.product},
                                  {"agent", identity.agent},
                                  {"version", identity.version.text()},
                                  {"architecture", kArchitecture},
                                  {"self_test", "passed"}};
  return base::json::write(report, base::json::Style::compact);
}

}  // namespace agent

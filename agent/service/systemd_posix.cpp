#include "agent/service/systemd.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <system_error>

#include <unistd.h>

namespace agent {
namespace {

using base::cat;

constexpr std::string_view kRuntimeVariable = "XDG_RUNTIME_DIR";
// A service that does not come up takes as long as its unit allows.
constexpr std::chrono::minutes kSystemctlLimit{3};

bool path_exists(const base::Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// Also in a shell that `su` made, which has no such variable.
base::Path runtime_directory(const base::Environment& environment) {
  return environment.find(kRuntimeVariable).value_or(cat("/run/user/", geteuid()));
}

std::optional<std::string> find_reason(const base::Environment& environment, UnitScope scope) {
  if (!base::find_program("systemctl", environment.find("PATH").value_or(""))) {
    return "there is no systemctl here";
  }
  // sd_booted(3)
  if (!path_exists("/run/systemd/system")) {
    return "this machine was not started by systemd";
  }
  const base::Path runtime = runtime_directory(environment);
  if (scope == UnitScope::user && !path_exists(runtime / "systemd" / "private") &&
      !path_exists(runtime / "bus")) {
    return cat("no systemd of this user runs (", runtime.native(), ")");
  }
  return std::nullopt;
}

std::string first_line(const std::string& text) {
  const auto lines = base::split_lines(text);
  return lines.empty() ? std::string() : base::safe_text(lines.front());
}

}  // namespace

Systemd::Systemd(const base::Environment& environment, UnitScope scope)
    : m_scope(scope), m_unreachable_because(find_reason(environment, scope)) {
  for (const auto& [name, value] : environment.variables()) {
    if (name != kRuntimeVariable) {
      m_environment.push_back(cat(name, '=', value));
    }
  }
  m_environment.push_back(cat(kRuntimeVariable, '=', runtime_directory(environment).native()));
}

std::vector<std::string> Systemd::argv(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv{"systemctl"};
  if (m_scope == UnitScope::user) {
    argv.emplace_back("--user");
  }
  argv.insert(argv.end(), {"--no-ask-password", "--no-pager"});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

std::string Systemd::command(std::string_view arguments) const {
  return cat("systemctl ", m_scope == UnitScope::user ? "--user " : "", arguments);
}

void Systemd::ask(const std::vector<std::string>& arguments) const {
  const base::ProcessResult result = base::run_process(
      argv(arguments), {.environment = m_environment, .timeout = kSystemctlLimit});
  if (result.exit_status != 0) {
    const std::string said = first_line(result.errors);
    throw base::Error(base::Errc::config, cat(command(base::join(arguments, " ")), " ended with ",
                                              result.exit_status, said.empty() ? "" : ": ", said));
  }
}

std::string Systemd::state_of(const std::string& unit) const {
  if (m_unreachable_because) {
    return "unknown";
  }
  const base::ProcessResult result = base::run_process(
      argv({"is-active", unit}), {.environment = m_environment, .timeout = kSystemctlLimit});
  const std::string state = first_line(result.output);
  return state.empty() ? "unknown" : state;
}

bool is_lingering(const std::string& account) {
  return path_exists(base::Path("/var/lib/systemd/linger") / account);
}

}  // namespace agent

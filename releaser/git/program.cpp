#include "releaser/git/program.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/git/failure.hpp"

#include <algorithm>
#include <array>

namespace releaser::git {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using std::chrono::milliseconds;
// A transfer that stands still ends earlier, by http.lowSpeedTime.
constexpr std::chrono::minutes kLongestCall{30};
constexpr std::chrono::minutes kLongestLocalCall{10};  // a person may be asked by gpg's agent

milliseconds longest_time(Reach reach, const Limits& limits) {
  if (reach == Reach::here) return kLongestLocalCall;
  const milliseconds left = limits.time_left();
  if (left <= milliseconds::zero()) throw Error(Errc::network, "the time of --timeout is over");
  return std::min<milliseconds>(kLongestCall, left);
}

constexpr std::array<std::string_view, 42> kPassedOn{
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "TZ",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "GNUPGHOME",
    "GPG_TTY",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_ASKPASS",
    "GIT_EXEC_PATH",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "GIT_SSL_CERT",
    "GIT_SSL_KEY",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "EMAIL",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "GIT_HTTP_PROXY_AUTHMETHOD",
    "GIT_PROXY_SSL_CAINFO",
    "GIT_PROXY_SSL_CERT",
    "GIT_PROXY_SSL_KEY",
    "SOURCE_DATE_EPOCH",
};

// Constant: what it prints comes from the environment.
constexpr std::string_view kHelper =
    "!f() { case $1 in get) printf 'username=%s\\npassword=%s\\n' \"$CCO_RELEASE_GIT_USER\" "
    "\"$CCO_RELEASE_GIT_TOKEN\";; esac; }; f";

std::vector<std::string> environment_of(const base::Environment& ours) {
  std::vector<std::string> environment;
  environment.reserve(kPassedOn.size() + 8);
  for (const std::string_view name : kPassedOn)
    if (const auto value = ours.find(name)) environment.push_back(cat(name, "=", *value));
  for (const auto& [name, value] : ours.variables()) {
    if (name.starts_with("GIT_CONFIG_KEY_") || name.starts_with("GIT_CONFIG_VALUE_"))
      environment.push_back(cat(name, "=", value));
  }
  // One variable for all of our requests.
  if (!ours.find("GIT_SSL_CAINFO")) {
    if (const auto file = ours.find("SSL_CERT_FILE"))
      environment.push_back(cat("GIT_SSL_CAINFO=", *file));
  }
  for (const char* const fixed :
       {"LC_ALL=C", "LANGUAGE=C", "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=https:ssh:file",
        "GIT_OPTIONAL_LOCKS=0", "GIT_CEILING_DIRECTORIES=/"}) {
    environment.emplace_back(fixed);
  }
  return environment;
}

}  // namespace

Program::Program(const base::Environment& environment, Remote remote, base::Path folder)
    : m_remote(std::move(remote)),
      m_folder(std::move(folder)),
      m_environment(environment_of(environment)) {}

base::ProcessResult Program::run(const Call& call) const {
  std::vector<std::string> argv{"git"};
  for (const std::string_view setting :
       {"gc.auto=0", "maintenance.auto=false", "core.hooksPath=/dev/null", "http.lowSpeedLimit=100",
        "advice.detachedHead=false"}) {
    argv.insert(argv.end(), {"-c", std::string(setting)});
  }
  argv.insert(argv.end(), {"-c", cat("http.lowSpeedTime=", m_remote.limits.stall.count())});
  const milliseconds longest = longest_time(call.reach, m_remote.limits);
  std::vector<std::string> environment = m_environment;
  environment.insert(environment.end(), call.environment.begin(), call.environment.end());
  if (call.reach == Reach::remote && !m_remote.token.empty() && !m_remote.origin().empty()) {
    // The first, empty one keeps those of the user away, which would remember the token.
    const std::string name = cat("credential.", m_remote.origin(), ".helper=");
    argv.insert(argv.end(), {"-c", name, "-c", cat(name, kHelper)});
    environment.push_back(cat("CCO_RELEASE_GIT_USER=", m_remote.user()));
    environment.push_back(cat("CCO_RELEASE_GIT_TOKEN=", m_remote.token));
  }
  argv.insert(argv.end(), call.arguments.begin(), call.arguments.end());
  base::ProcessResult result;
  try {
    result = base::run_process(argv, {.directory = m_folder,
                                      .environment = std::move(environment),
                                      .timeout = longest,
                                      .max_output = call.max_output,
                                      .excess = base::Excess::ends_it,
                                      .background = base::Background::stays,
                                      .input = call.input});
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    throw Error(Errc::config, "there is no program git; install it");
  }
  const std::string& verb = call.arguments.front();
  if (result.timed_out) throw Error(Errc::network, cat("git ", verb, " did not end in time"));
  if (result.wrote_too_much) {
    throw Error(Errc::untrusted, cat("git ", verb, " says more than ", call.max_output,
                                     " bytes; see what that repository holds"));
  }
  return result;
}

std::string Program::output_of(const Call& call) const {
  base::ProcessResult result = run(call);
  if (result.exit_status != 0) {
    throw Error(Errc::internal,
                cat("git ", call.arguments.front(), ": ", said(m_remote, result.errors)));
  }
  if (result.output.ends_with('\n')) result.output.pop_back();
  return std::move(result.output);
}

}  // namespace releaser::git

#include "releaser/git/failure.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace releaser::git {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::size_t kMaxSaidBytes = 300;

bool says_any(std::string_view lower, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return lower.find(word) != std::string_view::npos;
  });
}

std::string token_advice(const Remote& remote, bool was_refused) {
  if (remote.origin().empty()) {
    return "see that the key of this user may write there, and that ssh asks for nothing";
  }
  if (remote.token_variable.empty()) {
    return "let one of git's credential helpers give a token that may write there";
  }
  if (remote.token.empty()) {
    return cat("set ", remote.token_variable, " to a token that may write there");
  }
  return cat("the token of ", remote.token_variable,
             was_refused ? " is wrong or has expired; give one that may write there"
                         : " may not do that; give it the permission to write contents there");
}

// "[remote rejected] (pre-receive hook declined)" of the line for our branch.
std::string_view rejection(std::string_view output) {
  for (const std::string_view line : base::split_lines(output)) {
    if (!line.starts_with("!\t")) continue;
    const std::size_t tab = line.rfind('\t');
    return line.substr(tab + 1);
  }
  return {};
}

}  // namespace

std::string said(const Remote& remote, std::string_view errors) {
  std::vector<std::string> parts;
  std::string last;
  for (std::string_view line : base::split_lines(errors)) {
    line = base::trim(line);
    if (line.starts_with("remote:")) {
      line = base::trim(line.substr(7));
      if (!line.empty()) parts.emplace_back(line);
    } else if (line.starts_with("fatal: ") || line.starts_with("error: ")) {
      line.remove_prefix(7);
      if (!line.starts_with("failed to push some refs")) last = std::string(line);
    } else if (!line.empty() && last.empty() && !line.starts_with("warning: ") &&
               !line.starts_with("hint: ")) {
      last = std::string(line);
    }
  }
  if (!last.empty()) parts.push_back(std::move(last));
  std::string text = base::join(parts, "; ");
  if (!remote.token.empty()) text = base::replace_all(text, remote.token, "***");
  return base::safe_text(base::replace_all(text, "\t", " "), kMaxSaidBytes);
}

Error failure_of(const Remote& remote, std::string_view errors) {
  const std::string lower = base::lower_case(errors);
  const std::string words = said(remote, errors);
  const auto problem = [&](std::string_view advice) {
    return cat(words.empty() ? "git failed without a word" : words, "; ", advice);
  };
  // Of libcurl, since 7.84 and before: what a proxy refuses is no answer of the host.
  if (says_any(lower, {"connect tunnel failed", "from proxy after connect", "proxy connect aborted",
                       "could not resolve proxy", "couldn't resolve proxy"})) {
    const bool wants_password = says_any(lower, {"response 407", "code 407"});
    return {Errc::network,
            problem(wants_password ? "the proxy wants a user and a password, or others; give them "
                                     "in https_proxy, or in http.proxy of git"
                                   : "see https_proxy, or http.proxy of git")};
  }
  if (says_any(lower, {"returned error: 403", "write access to repository not granted",
                       "permission to ", "not authorized", "access denied"})) {
    return {Errc::permission, problem(token_advice(remote, false))};
  }
  if (says_any(lower,
               {"authentication failed", "could not read username", "could not read password",
                "terminal prompts disabled", "returned error: 401", "invalid credentials",
                "permission denied (", "host key verification failed"})) {
    return {Errc::permission, problem(token_advice(remote, true))};
  }
  if (says_any(lower, {"could not resolve", "couldn't resolve", "name or service not known"})) {
    return {Errc::network, problem("see whether the host is written right, and the network is up")};
  }
  // A line that was cut is no matter of certificates, though a TLS library tells of it.
  if (is_passing(errors)) return {Errc::network, problem("run the same command again")};
  if (says_any(lower, {"certificate", "ssl", "gnutls", "tls "})) {
    return {Errc::network,
            problem("see SSL_CERT_FILE, or http.sslCAInfo of git, for a host with a certificate "
                    "of its own")};
  }
  if (says_any(lower, {"not found", "does not appear to be a git repository", "does not exist",
                       "returned error: 404", "returned error: 410"})) {
    return {Errc::not_found,
            problem(cat("make that repository, or mend its address",
                        remote.token_variable.empty()
                            ? ""
                            : cat("; hosts say so too where the token of ", remote.token_variable,
                                  remote.token.empty() ? ", which is not set, would be needed"
                                                       : " may not see it")))};
  }
  if (says_any(lower, {"failed to connect", "couldn't connect", "connection ", "timed out",
                       "early eof", "hung up", "rpc failed", "returned error: 5",
                       "returned error: 429", "unable to access", "unexpected disconnect",
                       "network", "no route to host", "proxy"})) {
    return {Errc::network, problem("run the same command again")};
  }
  return {Errc::config, problem("mend that, and run the same command again")};
}

bool is_passing(std::string_view errors) {
  return says_any(base::lower_case(errors),
                  {"returned error: 5", "returned error: 429", "early eof", "hung up",
                   "connection reset", "unexpected disconnect", "empty reply", "timed out",
                   "non-properly terminated", "recv error", "unexpected eof", "ssl_error_syscall"});
}

PushAnswer read_push(int exit_status, std::string_view output) {
  if (exit_status == 0) return PushAnswer::done;
  const std::string answer = base::lower_case(rejection(output));
  if (answer.empty()) return PushAnswer::none;
  if (answer.starts_with("[rejected]") ||
      says_any(answer, {"failed to update ref", "cannot lock ref", "incorrect old value",
                        "fetch first", "non-fast-forward", "stale info", "already exists"})) {
    return PushAnswer::moved;
  }
  return PushAnswer::refused;
}

Error refusal_of(const Remote& remote, std::string_view branch, std::string_view output,
                 std::string_view errors) {
  std::string reason(rejection(output));
  if (const std::string words = said(remote, errors); !words.empty()) {
    reason = cat(words, " ", reason);
  }
  if (!remote.token.empty()) reason = base::replace_all(reason, remote.token, "***");
  return {Errc::permission,
          cat("the push to branch ", branch, " was refused: ", base::safe_text(reason, 400),
              "; let the rules of that repository allow this ",
              remote.token.empty() ? "user" : cat("token (", remote.token_variable, ")"),
              " to push to it, or give a branch that no rule protects")};
}

}  // namespace releaser::git

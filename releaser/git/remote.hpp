#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace releaser::git {

// How long a way there may take.
struct Limits {
  std::chrono::seconds stall{60};  // a transfer that stands still for so long has failed
  std::function<std::chrono::milliseconds()> left = {};  // of the whole run; empty: any time
  [[nodiscard]] std::chrono::milliseconds time_left() const {
    return left ? left() : std::chrono::milliseconds::max();
  }
};

// A repository elsewhere, and as whom this run goes there.
struct Remote {
  std::string url;             // as git takes it: https, ssh, or a path
  std::string token;           // for https; empty: git's own ways (credential helpers, ssh)
  std::string token_variable;  // that it came from, or would
  Limits limits = {};

  // "https://example.com:8443", the one place that gets the token; empty where it is not https.
  [[nodiscard]] std::string origin() const;
  // The user name that goes with the token: that of the URL, else one that hosts take with any.
  [[nodiscard]] std::string user() const;
};

// Is it a path on this machine?
bool is_path(std::string_view repository);

// "owner/name" is that repository of github.com; what git takes is taken as it is: https://,
// ssh://, user@host:path, file:// and paths that begin with "/", "./", "../" or "~/". Throws
// Errc::config for anything else, for plain http and git, and for a URL with a password in it,
// without repeating that.
std::string repository_url(std::string_view text);

}  // namespace releaser::git

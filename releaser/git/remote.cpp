#include "releaser/git/remote.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace releaser::git {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::string_view kHttps = "https://";

// "user@host" of a URL; nothing where it has no such part.
std::string_view authority_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

std::string_view user_of(std::string_view url) {
  const std::string_view authority = authority_of(url);
  const std::size_t at = authority.rfind('@');
  return at == std::string_view::npos ? std::string_view() : authority.substr(0, at);
}

// A token in the place of the user's name, as some pages of help have it: it would stand in every
// message.
bool is_token(std::string_view user) {
  constexpr std::size_t kLongestName = 39;
  if (user.size() > kLongestName) return true;
  const std::array<std::string_view, 8> beginnings{"ghp_", "gho_",   "ghu_",  "ghs_",
                                                   "ghr_", "glpat-", "gldt-", "github_pat_"};
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return user.starts_with(beginning); });
}

bool is_word(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' ||
                  letter == '.';
         });
}

// "user@host:path": what ssh is reached by.
bool is_ssh_address(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && colon < text.find('/') &&
         text.find("::") == std::string_view::npos && colon + 1 < text.size();
}

}  // namespace

std::string Remote::origin() const {
  if (!url.starts_with(kHttps)) return {};
  const std::string_view authority = authority_of(url);
  const std::string_view user_part = user_of(url);
  return cat(kHttps, user_part.empty() ? authority : authority.substr(user_part.size() + 1));
}

std::string Remote::user() const {
  const std::string_view own = user_of(url);
  return own.empty() ? "x-access-token" : std::string(own);
}

bool is_path(std::string_view repository) {
  return repository.starts_with('/') || repository.starts_with("./") ||
         repository.starts_with("../") || repository.starts_with("~/");
}

std::string repository_url(std::string_view text) {
  const auto refuse = [](std::string_view what) { throw Error(Errc::config, std::string(what)); };
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char letter) {
    return static_cast<unsigned char>(letter) > 0x20 && letter != 0x7f;
  });
  if (text.empty() || text.size() > 2048 || text.starts_with('-') || !is_plain) {
    refuse("is no address of a repository");
  }
  if (is_path(text) || text.starts_with("file:///")) return std::string(text);
  if (text.starts_with(kHttps) || text.starts_with("ssh://")) {
    if (user_of(text).find(':') != std::string_view::npos) {
      refuse("has a password in it; take that out, and give a token by its variable");
    }
    if (is_token(user_of(text)))
      refuse("has a token in it; take that out, and give it by its variable");
    if (authority_of(text).empty() || authority_of(text).ends_with('@')) refuse("names no host");
    return std::string(text);
  }
  if (text.starts_with("http://") || text.starts_with("git://")) {
    refuse("is not encrypted; give https:// or ssh");
  }
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && is_word(text.substr(0, slash)) &&
      is_word(text.substr(slash + 1))) {
    const std::string_view name = text.substr(slash + 1);
    return cat("https://github.com/", text, name.ends_with(".git") ? "" : ".git");
  }
  if (text.find("://") == std::string_view::npos && is_ssh_address(text)) return std::string(text);
  refuse(
      "is no address of a repository; give owner/name (of github.com), an https:// or ssh URL, or "
      "a path that begins with / or ./");
  return {};
}

}  // namespace releaser::git
